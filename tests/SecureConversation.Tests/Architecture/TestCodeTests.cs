using System.Text.RegularExpressions;

namespace SecureConversation.Tests.Architecture;

/// <summary>What all tests hold to. The sources are read, because not every test project is built everywhere.</summary>
public sealed partial class TestCodeTests
{
    [Fact]
    public void Hosts_LogWhereUnexpectedErrorsFailTheTest()
    {
        // The packages are tried as a stranger would use them, and programs for other machines run by hand: with nothing of the tests.
        string[] others = [Path.Combine("tests", "packages"), Path.Combine("tests", "interop", "windows")];
        var hosts = Sources.Files("tests").Where(f => !others.Any(folder => f.Contains(folder, StringComparison.Ordinal)) && Path.GetFileName(f) != "TestCodeTests.cs"
            && File.ReadAllText(f) is var text
            && (text.Contains("WebApplication.Create", StringComparison.Ordinal) || text.Contains("Host.Create", StringComparison.Ordinal))).ToList();

        // Named here, so that a change of how hosts are built does not leave this test without anything to look at.
        Assert.Contains(hosts, f => Path.GetFileName(f) == "KestrelHost.cs");
        Assert.All(hosts, f =>
        {
            Assert.Contains("AddProvider(RecordedLog.Current)", File.ReadAllText(f), StringComparison.Ordinal);
            var project = Path.GetRelativePath(Path.Combine(Sources.Root, "tests"), f).Split(Path.DirectorySeparatorChar)[0];
            Assert.Contains("[assembly: NoUnexpectedErrors]", File.ReadAllText(Path.Combine(Sources.Root, "tests", project, "AssemblyAttributes.cs")), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Names_SayWhoDoesWhat()
    {
        var names = Sources.Files("tests").SelectMany(f => Tests().Matches(File.ReadAllText(f)).Select(m => (File: Path.GetFileName(f), Name: m.Groups["name"].Value))).ToList();

        Assert.Contains(("TestCodeTests.cs", nameof(Names_SayWhoDoesWhat)), names);
        Assert.All(names, test => Assert.True(SubjectDoes().IsMatch(test.Name), $"{test.Name} in {test.File}"));
    }

    /// <summary>Subject_DoesThis or Subject_Circumstance_DoesThis: words in Pascal case, and at least one underscore between two of them.</summary>
    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*)+$")]
    private static partial Regex SubjectDoes();

    /// <summary>An attribute that makes a test on a line of its own, and after more attributes and comments the name of the method. The name is empty where none is found.</summary>
    [GeneratedRegex(@"^[ \t]*\[(Fact|Theory)\b[^\n]*\n(([ \t]*(\[|//)[^\n]*\n)*[ \t]*public [^\n(]*?(?<name>\w+)(<\w+>)?\()?", RegexOptions.Multiline)]
    private static partial Regex Tests();
}
