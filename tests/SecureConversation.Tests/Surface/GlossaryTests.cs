using System.Reflection;
using System.Text.RegularExpressions;
using SecureConversation.Tests.Architecture;

namespace SecureConversation.Tests.Surface;

/// <summary>docs/glossary.md names types and members that there are.</summary>
public sealed partial class GlossaryTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    [Fact]
    public void Names_AreThoseOfTheCode()
    {
        var types = typeof(MessageSecurityClient).Assembly.GetTypes().ToLookup(t => t.Name);
        var rows = File.ReadLines(Path.Combine(Sources.Root, "docs", "glossary.md")).Where(l => l.StartsWith('|')).Select(l => l.Split('|')[^2]);
        var names = rows.SelectMany(cell => Quoted().Matches(cell)).Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name =>
        {
            var parts = name.Split('.');
            return !types[parts[0]].Any(t => parts.Length == 1 || t.GetMember(parts[1], Any).Length > 0);
        });
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
