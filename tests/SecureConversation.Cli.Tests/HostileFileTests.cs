using System.Text.Json;

namespace SecureConversation.Cli.Tests;

/// <summary>Files that are made to end or to hold up the command.</summary>
public sealed class HostileFileTests
{
    [Fact]
    public async Task AttributeThatIsWrittenTwice_CountsOnce()
    {
        using var directory = new TemporaryDirectory();
        directory.Add("a.svc", "<%@ ServiceHost Service=\"First\" service=\"Second\" %>");

        Assert.Equal([("changes", "service First")], await LookAsync(directory));
    }

    [Theory]
    [InlineData("a.csproj")]
    [InlineData("a.svcmap")]
    [InlineData("web.config")]
    [InlineData("a.wsdl")]
    public async Task DeepXml_IsUnreadable_AtOnce(string name)
    {
        using var directory = new TemporaryDirectory();
        var open = string.Concat(Enumerable.Repeat("<a>", 200_000));
        var close = string.Concat(Enumerable.Repeat("</a>", 200_000));
        directory.Add(name, $"<configuration><system.serviceModel>{open}{close}</system.serviceModel></configuration>");

        Assert.Equal("unreadable", Assert.Single(await LookAsync(directory)).Verdict);
    }

    [Fact]
    public async Task StatementThatTheParserGivesUp_IsUnreadable()
    {
        using var directory = new TemporaryDirectory();
        var chain = string.Concat(Enumerable.Repeat("=>a", 100_000));
        directory.Add("a.cs", $"class A {{ object b = new WSHttpBinding(SecurityMode.Message); int x = a{chain}; }}");

        Assert.Equal(("unreadable", "file"), Assert.Single(await LookAsync(directory)));
    }

    [Fact]
    public async Task Pipes_AreNotRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in directories.");
        using var directory = new TemporaryDirectory();
        directory.Add("other.config", "<configuration><system.serviceModel><bindings configSource='bindings.pipe'/>"
            + "</system.serviceModel></configuration>");
        foreach (var name in new[] { "web.config", "a.cs", "a.wsdl", "bindings.pipe" })
        {
            using var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(directory.FullName, name));
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var findings = await LookAsync(directory);
        Assert.Equal(3, findings.Count);
        Assert.All(findings, finding => Assert.Equal("unreadable", finding.Verdict));
    }

    private static async Task<List<(string Verdict, string Subject)>> LookAsync(TemporaryDirectory directory)
    {
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        using var json = JsonDocument.Parse(report.Output);
        return [.. json.RootElement.GetProperty("findings").EnumerateArray().Select(finding =>
            (finding.GetProperty("verdict").GetString()!, finding.GetProperty("subject").GetString()!))];
    }
}
