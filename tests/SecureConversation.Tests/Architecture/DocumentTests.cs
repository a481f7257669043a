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

    /// <summary>A new class of attacks runs over the profile Strong, or the threat model says what does in its place, or why nothing has to.</summary>
    [Fact]
    public void Attacks_RunOverTheProfileStrongOrTheirCounterpartIsNamed()
    {
        var model = File.ReadAllText(Path.Combine(Sources.Root, "docs", "threat-model.md"));
        var start = model.IndexOf("| tests of attacks |", StringComparison.Ordinal);
        var table = model[start..model.IndexOf("\n\n", start, StringComparison.Ordinal)];
        var named = table.Split('\n').Skip(2).SelectMany(row => Names().Matches(row.Split('|')[1])).Select(m => m.Groups["class"].Value).Order(StringComparer.Ordinal);
        var without = Directory.EnumerateFiles(Path.Combine(Sources.Root, "tests", "SecureConversation.Tests", "Attacks"), "*Tests.cs")
            .Where(file => !RunsOverStrong().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);
        Assert.Equal(without, named);
    }

    [GeneratedRegex(@"/strong|-strong/|Attack\.(Strong\w+|OnSessionAsync|OnSingleAsync)\b|MessageSecurity\.Strong|""strong""")]
    private static partial Regex RunsOverStrong();

    [GeneratedRegex(@"`(?:[A-Za-z]+\.)*(?<class>[A-Z][A-Za-z0-9]*Tests)(?:\.(?<test>[A-Z][A-Za-z0-9]*_\w+))?`")]
    private static partial Regex Names();
}
