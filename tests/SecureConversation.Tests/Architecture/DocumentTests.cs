using System.Text.RegularExpressions;

namespace SecureConversation.Tests.Architecture;

/// <summary>What the documents about security promise is held by tests that exist.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents => new("SECURITY.md", "docs/threat-model.md", "docs/xml-security-attacks.md", "docs/deviations.md");

    [Theory]
    [MemberData(nameof(Documents))]
    public void NamedTests_Exist(string document)
    {
        var sources = Sources.Files("tests").Select(File.ReadAllText).ToArray();
        var missing = Names().Matches(File.ReadAllText(Path.Combine(Sources.Root, document)))
            .Select(m => (Class: m.Groups["class"].Value, Test: m.Groups["test"].Value))
            .Where(n => !sources.Any(s => s.Contains($"class {n.Class}", StringComparison.Ordinal)
                && (n.Test.Length == 0 || s.Contains($" {n.Test}(", StringComparison.Ordinal))))
            .Distinct();
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"`(?:[A-Za-z]+\.)*(?<class>[A-Z][A-Za-z0-9]*Tests)(?:\.(?<test>[A-Z][A-Za-z0-9]*_\w+))?`")]
    private static partial Regex Names();
}
