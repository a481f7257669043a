namespace SecureConversation.Tests.Architecture;

/// <summary>What all tests hold to. The sources are read, because not every test project is built everywhere.</summary>
public sealed class TestCodeTests
{
    [Fact]
    public void Hosts_LogWhereUnexpectedErrorsFailTheTest()
    {
        // The packages are tried as a stranger would use them, with nothing of the tests.
        var hosts = Sources.Files("tests").Where(f => !f.Contains(Path.Combine("tests", "packages"), StringComparison.Ordinal) && Path.GetFileName(f) != "TestCodeTests.cs"
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
}
