using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using Microsoft.Extensions.Logging;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Settings are read, or refused in words.</summary>
public sealed partial class SettingsTests
{
    private static readonly Uri Somewhere = new("http://localhost:9/service");

    [Theory]
    [InlineData("no routes", "Gateway: found no routes")]
    [InlineData("unknown key", "Gateway:Outward:orders:Adress: found a key that is not known. Did you mean Address?")]
    [InlineData("no address", "Gateway:Outward:orders: found no Address")]
    [InlineData("no security", "Gateway:Outward:orders: found no Security")]
    [InlineData("relative", "Gateway:Outward:orders:Address: found '/service'")]
    [InlineData("user info", "Gateway:Outward:orders:Address: found")]
    [InlineData("path", "Gateway:Outward:orders:Path: found '/a/../b'")]
    [InlineData("two routes", "Gateway:Outward:other:Path: found '/orders', which another route has")]
    [InlineData("network", "Gateway:Listeners:Inner:Url: found 'http://*:0', expected an address of this machine")]
    [InlineData("file", "Gateway:Outward:orders:Security:Credentials:ClientCertificate: Could not find file")]
    [InlineData("header", "Gateway:Outward:orders:RequestHeaders: found 'Authorization'")]
    [InlineData("binding", "Gateway:Outward:orders:Security: ")]
    [InlineData("basic", "Gateway:Outward:orders:Security: found a binding that does not send a user name with every message")]
    public async Task OutwardSettings_ThatCannotBeUsed_AreNamedWithTheirFile(string what, string expected)
    {
        var settings = Sections.GatewayOutward(Somewhere);
        var route = settings["Outward"]!["orders"]!.AsObject();
        switch (what)
        {
            case "no routes": settings["Outward"] = new JsonObject(); break;
            case "unknown key": route["Adress"] = "http://localhost/"; break;
            case "no address": route.Remove("Address"); break;
            case "no security": route.Remove("Security"); break;
            case "relative": route["Address"] = "/service"; break;
            case "user info": route["Address"] = "http://user@localhost/"; break;
            case "path": route["Path"] = "/a/../b"; break;
            case "two routes": settings["Outward"]!["other"] = route.DeepClone(); break;
            case "network": settings["Listeners"] = new JsonObject { ["Inner"] = new JsonObject { ["Url"] = "http://*:0" } }; break;
            case "file": route["Security"]!["Credentials"]!["ClientCertificate"]!["Path"] = "/nowhere.pfx"; break;
            case "header": route["RequestHeaders"] = new JsonArray("Authorization"); break;
            case "binding": route["Security"]!["MessageVersion"] = "Soap11"; break;
            default: route["Credentials"] = "FromBasic"; break;
        }

        var refused = await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings));

        Assert.Contains(refused.Problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        if (what is not ("binding" or "basic"))
        {
            Assert.Contains(refused.Problems, problem => problem.Contains("appsettings.json: ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("no key", "Gateway:Identity: found neither SigningCertificate and SharedSecret")]
    [InlineData("short", "Gateway:Identity:SharedSecret: found a text that is no base64 of 32 bytes")]
    [InlineData("no outer", "Gateway:Listeners:Outer: found nothing")]
    [InlineData("no password", "Gateway:Inward:orders:Users:0: found a user without Name or Password")]
    [InlineData("framing", "Gateway:Identity:Header: found 'Content-Length'")]
    [InlineData("life", "Gateway:Identity:Lifetime: found 1.00:00:00")]
    public async Task InwardSettings_ThatCannotBeUsed_AreNamed(string what, string expected)
    {
        var settings = Sections.GatewayInward(Somewhere);
        var route = settings["Inward"]!["orders"]!.AsObject();
        switch (what)
        {
            case "no key": settings["Identity"] = new JsonObject { ["Issuer"] = "me" }; break;
            case "short": settings["Identity"]!["SharedSecret"] = "c2hvcnQ="; break;
            case "no outer": settings["Listeners"] = new JsonObject { ["Outer"] = null }; break;
            case "no password": route["Users"] = new JsonArray(new JsonObject { ["Name"] = "alice" }); break;
            case "framing": settings["Identity"]!["Header"] = "Content-Length"; break;
            default: settings["Identity"]!["Lifetime"] = "1.00:00:00"; break;
        }

        var problems = what == "no outer" ? ProblemsWithoutOuter(settings)
            : (await Assert.ThrowsAsync<SettingsException>(() => RunningGateway.StartAsync(settings))).Problems;

        Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains("c2hvcnQ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_EndsWithCode2_AndSaysWhy()
    {
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gateway.");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), """{ "Gateway": { "Outwards": {} } }""");
            var start = new ProcessStartInfo("dotnet", [typeof(GatewaySettings).Assembly.Location])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(2, process.ExitCode);
            Assert.Contains("appsettings.json: Gateway:Outwards: found a key that is not known. Did you mean Outward?", error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Schema_IsThatOfTheReader()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "GatewaySchema.json");
        if (Environment.GetEnvironmentVariable("SECURECONVERSATION_WRITE") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "GatewaySchema.json"), GatewaySchema.Text);
            return;
        }

        Assert.True(File.ReadAllText(file) == GatewaySchema.Text,
            "src/SecureConversation.Gateway/GatewaySchema.json differs: run this test with SECURECONVERSATION_WRITE set to its folder.");
    }

    [Fact]
    public void Schema_TakesWhatTheReaderTakes_AndRefusesTypingErrors()
    {
        var schema = JsonSchema.FromText(GatewaySchema.Text);
        var settings = Sections.GatewayOutward(Somewhere);
        settings["Inward"] = Sections.GatewayInward(Somewhere)["Inward"]!.DeepClone();
        Assert.True(schema.Evaluate(new JsonObject { ["Gateway"] = settings.DeepClone() }).IsValid);
        settings["Outward"]!["orders"]!["Adress"] = "x";
        Assert.False(schema.Evaluate(new JsonObject { ["Gateway"] = settings.DeepClone() }).IsValid);
    }

    [Fact]
    public void Events_AreUnique_AndThoseOfThePage()
    {
        var events = typeof(GatewaySettings).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (method.Name, Entry: method.GetCustomAttribute<LoggerMessageAttribute>())).Where(e => e.Entry is not null)
            .Select(e => $"| {e.Entry!.EventId} | {e.Name} | {e.Entry.Level} | {e.Entry.Message} |").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(events.Count, events.Select(row => row.Split('|')[1]).Distinct().Count());
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "SecureConversation.sln")))
        {
            root = root.Parent!;
        }

        var page = File.ReadAllLines(Path.Combine(root.FullName, "docs", "gateway.md"));
        Assert.Equal(events, page.Where(line => EventRow().IsMatch(line)));
    }

    private static ImmutableArray<string> ProblemsWithoutOuter(JsonObject settings)
    {
        settings.Remove("Listeners");
        return SettingsReading.ProblemsOf(settings);
    }

    [GeneratedRegex(@"^\| 7\d\d \|")]
    private static partial Regex EventRow();
}
