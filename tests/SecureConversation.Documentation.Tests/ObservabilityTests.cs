using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace SecureConversation.Documentation.Tests;

/// <summary>docs/observability.md and the dashboard name what the code has.</summary>
public sealed partial class ObservabilityTests
{
    private const string Rewrite = "SECURECONVERSATION_WRITE_DOCS";

    private static readonly string[] Packages =
        ["SecureConversation", "SecureConversation.AspNetCore", "SecureConversation.Http", "SecureConversation.ServiceModel"];

    private static string Docs => Path.Combine(Page.Root, "docs");

    [Fact]
    public void Instruments_AreThoseOfThePage()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "observability.md"));
        var rows = Row().Matches(page).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {m.Groups[3].Value}").Order(StringComparer.Ordinal);
        Assert.Equal(Instruments().Select(i => $"{i.Name} {i.Unit} {i.Description}").Distinct().Order(StringComparer.Ordinal), rows);
    }

    [Fact]
    public void Events_AreThoseOfThePage()
    {
        var path = Path.Combine(Docs, "observability.md");
        var page = File.ReadAllText(path);
        var start = page.IndexOf("## Events", StringComparison.Ordinal);
        var expected = page[..start] + Events();
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
        {
            File.WriteAllText(path, expected);
            page = expected;
        }

        Assert.True(page == expected, $"The events of docs/observability.md are not those of the code: run this test with {Rewrite}=1.");
    }

    [Fact]
    public void Dashboard_HasMetricsThatExist()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs, "grafana", "secureconversation.json")));
        var known = Instruments().SelectMany(PrometheusNames).ToHashSet();
        var used = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => Metric().Matches(target.GetProperty("expr").GetString()!).Select(m => m.Value)).ToList();
        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.Contains(name, known));
    }

    private static List<Instrument> Instruments()
    {
        var engine = Assembly.Load("SecureConversation");
        foreach (var name in new[] { "EngineMetrics", "SessionCounts", "SequenceCounts" })
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(engine.GetType($"SecureConversation.Engine.Telemetry.{name}", true)!.TypeHandle);
        }

        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(
            engine.GetType("SecureConversation.Engine.Replay.ProcessReplayMemory", true)!.TypeHandle);
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "SecureConversation")
                {
                    found.Add(instrument);
                }
            },
        };
        listener.Start();
        return found;
    }

    /// <summary>The names that the exporter for Prometheus makes.</summary>
    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        name = name.Replace("_bytes_bytes", "_bytes", StringComparison.Ordinal);
        var kind = instrument.GetType().Name;
        return kind.StartsWith("Counter", StringComparison.Ordinal) ? [name + "_total"]
            : kind.StartsWith("Histogram", StringComparison.Ordinal) ? [name + "_bucket", name + "_count", name + "_sum"]
            : [name];
    }

    private static string Events()
    {
        var text = new StringBuilder("## Events\n");
        foreach (var package in Packages)
        {
            var assembly = Assembly.Load(package);
            var events = assembly.GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .Select(method => (Name: method.Name, Entry: method.GetCustomAttribute<LoggerMessageAttribute>()))
                .Where(e => e.Entry is not null)
                .Select(e => (e.Entry!.EventId, e.Name, e.Entry.Level, e.Entry.Message))
                .Concat(Refusals(assembly)).OrderBy(e => e.EventId);
            text.Append(CultureInfo.InvariantCulture, $"\n### {package}\n\n| id | name | level | text |\n|---|---|---|---|\n");
            foreach (var (id, name, level, message) in events)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {id} | {name} | {level} | {message} |\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(int EventId, string Name, LogLevel Level, string Message)> Refusals(Assembly assembly)
    {
        if (assembly.GetType("SecureConversation.Engine.Telemetry.RefusalEvent") is not { } type)
        {
            return [];
        }

        object Get(object of, string property) => type.GetProperty(property)!.GetValue(of)!;
        return ((System.Collections.IEnumerable)type.GetProperty("All")!.GetValue(null)!).Cast<object>()
            .Select(e => ((int)Get(e, "Id"), (string)Get(e, "Name"), (LogLevel)Get(e, "Level"), (string)Get(e, "Template")));
    }

    [GeneratedRegex(@"^\| `(secureconversation\.[\w.]+)` \| (\S+) \| [^|]*\| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"secureconversation_\w+")]
    private static partial Regex Metric();
}
