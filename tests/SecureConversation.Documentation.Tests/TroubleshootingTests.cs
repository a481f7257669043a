using System.Globalization;
using System.Text.RegularExpressions;
using SecureConversation.Testing;

namespace SecureConversation.Documentation.Tests;

/// <summary>docs/troubleshooting.md names codes that exist, and quotes faults as they are sent.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Page.Root, "docs", "troubleshooting.md"));
    private static readonly string Failures = File.ReadAllText(Path.Combine(Page.Root, "docs", "failures.md"));

    [Fact]
    public void Codes_AreThoseOfTheLibrary()
    {
        var codes = Codes().Matches(Text);
        Assert.True(codes.Count > 15);
        Assert.All(codes, match =>
        {
            var code = Enum.Parse<FailureCode>(match.Groups["name"].Value);
            Assert.Equal(((int)code).ToString(CultureInfo.InvariantCulture), match.Groups["number"].Value);
            Assert.Equal($"failures.md#{(int)code}-{code.ToString().ToLowerInvariant()}", match.Groups["link"].Value);
        });
    }

    [Fact]
    public void FaultsOfRefusals_AreQuotedAsTheyAreSent()
    {
        var quoted = Faults().Matches(Text).Select(match => match.Groups["reason"].Value).Where(reason => reason != "Access is denied.").ToList();
        Assert.Equal(4, quoted.Count);
        Assert.All(quoted, reason => Assert.Contains($"\"{reason.Replace(" ...", "", StringComparison.Ordinal)}", Failures, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryRow_HasSymptomCodeCauseAndRemedy() =>
        Assert.All(Text.Split('\n').Where(line => line.StartsWith('|')), line => Assert.Equal(5, line.Count(c => c == '|')));

    [GeneratedRegex(@"\[(?<number>\d+) (?<name>\w+)\]\((?<link>[^)]+)\)")]
    private static partial Regex Codes();

    [GeneratedRegex("^\\| Fault `\\w+`: \"(?<reason>[^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Faults();

}
