using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Documentation.Tests;

/// <summary>
/// The table of docs/interop.md has a row for each setting of the binding model, and what its cells name exists: recordings, groups of them,
/// and tests. A new setting fails here until somebody has looked what each peer makes of it.
/// </summary>
public sealed partial class InteropTests
{
    private static readonly List<string[]> Rows =
    [
        .. Page.Lines("docs/interop.md").SkipWhile(line => line != "## Every setting by peer").TakeWhile(line => line != "## Where to look when a peer refuses")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| setting ", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | ")),
    ];

    private static readonly Lazy<IReadOnlyList<string>> Tests = new(() => [.. Page.SourcesOfTests(except: $"{nameof(InteropTests)}.cs")]);

    [Fact]
    public void Rows_AreTheSettings() => Assert.Equal(
        Settings.Of(typeof(SecurityBindingElement).Assembly.GetTypes().Where(t => t.IsVisible && t.Namespace == typeof(SecurityBindingElement).Namespace)),
        Rows.Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Cells_AreThreeAndSaySomething() => Assert.All(Rows, row =>
    {
        Assert.Equal(4, row.Length);
        Assert.All(row, cell => Assert.True(cell.Trim().Length > 3, row[0]));
    });

    [Fact]
    public void Names_AreThoseOfRecordingsAndTests()
    {
        var names = Rows.SelectMany(row => row.Skip(1)).SelectMany(cell => Quoted().Matches(cell).Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.Contains("symmetric", names);
        Assert.All(names, name => Assert.True(IsRecording(name) || IsTest(name), $"Nothing is named {name}."));
    }

    private static bool IsRecording(string name) =>
        VectorArchive.Names.Any(vector => vector == name || vector.StartsWith($"{name}/", StringComparison.Ordinal));

    private static bool IsTest(string name) => name.Split('.') is [var type, var test]
        && Tests.Value.Any(file => Regex.IsMatch(file, $@"class {type}\b") && file.Contains($" {test}(", StringComparison.Ordinal));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
