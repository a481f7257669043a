using System.Text.Json;
using SecureConversation.Testing.Vectors;
using SecureConversation.Cli.Migration;

namespace SecureConversation.Cli.Tests;

public sealed class MigrateTests
{
    [Theory]
    [InlineData("Client/Client.csproj", 4, "changes", "v4.7.2", "net10.0")]
    [InlineData("Client/packages.config", 3, "changes", "System.ServiceModel.Primitives", "PackageReference")]
    [InlineData("Client/App.config", 13, "works", "client endpoint orders", "")]
    [InlineData("Client/App.config", 14, "stack", "client endpoint plain", "")]
    [InlineData("Client/Program.cs", 6, "changes", "new WSHttpBinding(Message)", "SecureConversation.ServiceModel")]
    [InlineData("Client/Program.cs", 8, "changes", "new ChannelFactory<IOrders>(\"orders\")", "ServiceModel.Configuration.ChannelFactory<T>")]
    [InlineData("Client/Program.cs", 10, "changes", "CreateMutualCertificateBindingElement", "MessageSecurityBindingElement.Create")]
    [InlineData("Client/Program.cs", 12, "stack", "CreateUserNameOverTransportBindingElement", "")]
    [InlineData("Client/Program.cs", 15, "changes", "[ServiceContract(ProtectionLevel)]", "[ProtectionLevel(...)]")]
    [InlineData("Client/Reference.cs", 1, "changes", "proxy OrdersClient", "SecureConversation.ServiceModel.Configuration.ClientBase<T>")]
    [InlineData("Client/Service References/Orders/Reference.svcmap", 3, "changes", "http://host/orders?wsdl", "import")]
    [InlineData("Service/Orders.svc", 2, "changes", "service Shop.Orders, Shop", "AddServiceModelConfiguration")]
    [InlineData("Service/Orders.svc", null, "changes", "factory Shop.Factory", "UseServiceModelConfiguration")]
    public async Task WhatWorksAndWhatChanges_IsListed(string file, int? line, string verdict, string subject, string remedy)
    {
        var report = await Works.Value;
        Assert.Equal(0, report.ExitCode);
        var finding = Assert.Single(Findings(report),
            f => f.File == file && f.Line == line && f.Subject.Contains(subject, StringComparison.Ordinal));
        Assert.Equal(verdict, finding.Verdict);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingElse_IsListed()
    {
        var report = await Works.Value;
        Assert.Equal(13, Findings(report).Count);
        using var json = JsonDocument.Parse(report.Output);
        Assert.True(json.RootElement.GetProperty("works").GetBoolean());
        Assert.Equal(
            [("Client/Client.csproj", "v4.7.2", true), ("Service/Service.csproj", "net10.0", false)],
            json.RootElement.GetProperty("projects").EnumerateArray().Select(p => (p.GetProperty("file").GetString()!,
                p.GetProperty("framework").GetString()!, p.GetProperty("oldStyle").GetBoolean())));
        Assert.Equal("CoreWCF.Http 1.9.1", json.RootElement.GetProperty("projects")[1].GetProperty("packages")[0].GetString());
        Assert.Equal(10, json.RootElement.GetProperty("counts").GetProperty("changes").GetInt32());
    }

    [Theory]
    [InlineData("Service/Web.config", 14, "notOffered", "endpoint of service Shop.Orders, Shop.IOrders")]
    [InlineData("Service/Web.config", 5, "notOffered", "wsHttpBinding/binding[tickets]")]
    [InlineData("Service/Web.Release.config", null, "changes", "transformation")]
    [InlineData("Service/Hosts.cs", 3, "notOffered", "CallbackContract")]
    [InlineData("Service/Hosts.cs", 7, "notOffered", "WSDualHttpBinding")]
    [InlineData("Service/Hosts.cs", 8, "changes", "WS2007FederationHttpBinding")]
    [InlineData("Service/Hosts.cs", 9, "changes", "NetTcpBinding")]
    [InlineData("Service/Hosts.cs", 10, "notOffered", "CreateKerberosBindingElement")]
    [InlineData("Service/Hosts.cs", 14, "notOffered", "ClientCredentialType = IssuedToken")]
    public async Task WhatIsNotOffered_IsListedWithARemedy(string file, int? line, string verdict, string subject)
    {
        var report = await DoesNotWork.Value;
        Assert.Equal(1, report.ExitCode);
        var finding = Assert.Single(Findings(report),
            f => f.File == file && f.Line == line && f.Subject.Contains(subject, StringComparison.Ordinal));
        Assert.Equal(verdict, finding.Verdict);
        Assert.NotEmpty(finding.Remedy);
        Assert.DoesNotContain(Findings(report), f => f is { File: "Service/Hosts.cs", Line: > 15 });
    }

    [Fact]
    public async Task WhatCannotBeRead_IsListedAndNoEntityIsFollowed()
    {
        using var directory = Write(OldSolution.CannotBeRead);
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        Assert.Equal(1, report.ExitCode);
        var findings = Findings(report);
        Assert.All(findings, finding => Assert.Equal("unreadable", finding.Verdict));
        Assert.Equal(OldSolution.CannotBeRead.Select(file => file.Name), findings.Select(finding => finding.File).Distinct());
        Assert.DoesNotContain("root:", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinksAndFilesThatAreTooLarge_AreNotFollowed()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateSymbolicLink(Path.Combine(directory.FullName, "loop"), directory.FullName);
        directory.Add("large.cs", "class C { object A = new System.ServiceModel.WSDualHttpBinding(); }" + new string(' ', 5 * 1024 * 1024));
        var deep = string.Join('/', Enumerable.Repeat("d", 80));
        directory.Add($"{deep}/Old.cs", "class C { object A = new System.ServiceModel.WSDualHttpBinding(); }");
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        Assert.Equal(1, report.ExitCode);
        var findings = Findings(report);
        Assert.Equal(2, findings.Count);
        Assert.All(findings, finding => Assert.Equal("unreadable", finding.Verdict));
        Assert.Contains(findings, finding => finding.File == "large.cs");
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("A<")]
    [InlineData("A<(")]
    public async Task CodeThatIsNestedWithoutEnd_DoesNotEndTheCommand(string open)
    {
        using var directory = new TemporaryDirectory();
        var nested = string.Concat(Enumerable.Repeat(open, 300_000));
        directory.Add("Nested.cs", $"using System.ServiceModel; class C {{ void M() {{ var a = {nested}; }} }}");
        directory.Add("Other.cs", "class D { object A = new System.ServiceModel.WSDualHttpBinding(); }");
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        Assert.Contains(Findings(report), finding => finding.File == "Other.cs" && finding.Verdict == "notOffered");
        Assert.Contains(Findings(report), finding => finding.File == "Nested.cs" && finding.Verdict == "unreadable");
    }

    [Theory]
    [InlineData("#if A\n", "\n", 100_000)]
    [InlineData("#if A\n", "#endif\n", 4_500)]
    [InlineData("#region R\n", "", 9_000)]
    [InlineData("_ = $\"{", "", 50_000)]
    [InlineData("_ = $\"{", "", 9_000)]
    [InlineData("_ = $@\"{", "}\"", 5_000)]
    [InlineData("_ = $$$\"\"\"{{{", "", 9_000)]
    public async Task CodeThatTakesTheParserLong_DoesNotHoldTheCommand(string open, string close, int count)
    {
        using var directory = new TemporaryDirectory();
        var nested = string.Concat(Enumerable.Repeat(open, count)) + string.Concat(Enumerable.Repeat(close, count));
        directory.Add("Long.cs", $"using System.ServiceModel; class C {{ void M() {{\n{nested}\n }} }}");
        directory.Add("Other.cs", "class D { object A = new System.ServiceModel.WSDualHttpBinding(); }");
        var time = System.Diagnostics.Stopwatch.StartNew();
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        Assert.Contains(Findings(report), finding => finding.File == "Other.cs" && finding.Verdict == "notOffered");
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(50), $"{time.Elapsed}");
        Assert.True(count < 10_000 || Findings(report).Any(f => f.File == "Long.cs" && f.Verdict == "unreadable"));
    }

    [Fact]
    public void SourceThatTakesTooLong_IsUnreadableAndOthersAreReadUntilThereAreTooMany()
    {
        using var release = new ManualResetEventSlim();
        var turn = new SourceTurn(
            (path, findings, _) =>
            {
                if (path.EndsWith("slow.cs", StringComparison.Ordinal))
                {
                    release.Wait(TestContext.Current.CancellationToken);
                }

                findings.Add(Verdict.Changes, path, 1, "line", "text");
            },
            TimeSpan.FromSeconds(0.2));
        var findings = new FindingList("/d");
        for (var i = 0; i < SourceTurn.MaxLeft; i++)
        {
            turn.Read($"/d/{i}/slow.cs", findings);
            if (i < SourceTurn.MaxLeft - 1)
            {
                turn.Read($"/d/{i}/fast.cs", findings);
            }
        }

        turn.Read("/d/last/fast.cs", findings);
        release.Set();
        var found = findings.InOrder();
        Assert.Equal(SourceTurn.MaxLeft - 1, found.Count(f => f.Verdict == Verdict.Changes));
        Assert.Equal(SourceTurn.MaxLeft, found.Count(f => f.Text == "It took longer than 0.2 seconds."));
        Assert.StartsWith("It was not read", Assert.Single(found, f => f.File == "last/fast.cs").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WsdlOfAServiceReference_IsImported()
    {
        using var directory = new TemporaryDirectory();
        directory.Add("good.wsdl", VectorArchive.Get("session/sc-mutualcert-2007").ReadFile("service.wsdl"));
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
        Assert.Equal(0, report.ExitCode);
        var finding = Assert.Single(Findings(report));
        Assert.Equal(("works", "good.wsdl"), (finding.Verdict, finding.File));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("markdown")]
    public async Task Project_IsNotWrittenTo(string format)
    {
        using var directory = Write(OldSolution.Works);
        var before = directory.State();
        Assert.NotEmpty(before);
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", format);
        Assert.Equal(0, report.ExitCode);
        Assert.NotEmpty(report.Output);
        Assert.Equal(before, directory.State());
    }

    [Fact]
    public async Task Text_HasALineForEachFindingAndTheCounts()
    {
        using var directory = Write(OldSolution.Works);
        var report = await CliProcess.RunAsync("migrate", directory.FullName);
        Assert.Contains("     6  changes      new WSHttpBinding(Message)\n", report.Output, StringComparison.Ordinal);
        Assert.Contains("    10  changes      works after a change\n", report.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001B', report.Output);
    }

    [Fact]
    public async Task Markdown_HasTablesAndWhatFilesSayIsNoMarkup()
    {
        using var directory = Write(OldSolution.Works);
        directory.Add("Bad.svc", "<%@ ServiceHost Service=\"<img src=x>|`a`\" %>");
        var report = await CliProcess.RunAsync("migrate", directory.FullName, "--format", "markdown");
        Assert.Contains("## Changes\n", report.Output, StringComparison.Ordinal);
        Assert.Contains("| Client/Program.cs:6 | new WSHttpBinding(Message) |", report.Output, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x>\\|\\`a\\`", report.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", report.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("migrate", "/no/such/directory")]
    [InlineData("migrate", ".", "--format", "yaml")]
    public async Task WrongLine_IsAUsageError(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.NotEmpty(result.Error);
    }

    private static Lazy<Task<CliProcess>> Works { get; } = new(() => RunAsync(OldSolution.Works));

    private static Lazy<Task<CliProcess>> DoesNotWork { get; } = new(() => RunAsync(OldSolution.DoesNotWork));

    private static async Task<CliProcess> RunAsync((string Name, string Text)[] files)
    {
        using var directory = Write(files);
        return await CliProcess.RunAsync("migrate", directory.FullName, "--format", "json");
    }

    private static TemporaryDirectory Write((string Name, string Text)[] files)
    {
        var directory = new TemporaryDirectory();
        foreach (var (name, text) in files)
        {
            directory.Add(name, text);
        }

        return directory;
    }

    private static List<(string File, int? Line, string Verdict, string Subject, string Remedy)> Findings(CliProcess report)
    {
        using var json = JsonDocument.Parse(report.Output);
        return [.. json.RootElement.GetProperty("findings").EnumerateArray().Select(f => (
            f.GetProperty("file").GetString()!,
            f.TryGetProperty("line", out var line) ? line.GetInt32() : (int?)null,
            f.GetProperty("verdict").GetString()!,
            f.GetProperty("subject").GetString()!,
            f.TryGetProperty("remedy", out var remedy) ? remedy.GetString()! : ""))];
    }
}
