using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace SecureConversation.Testing;

/// <summary>Whether the names in messages for users of a WCF stack are names of that stack.</summary>
public sealed partial class StackNames
{
    private readonly HashSet<string> _members = [];
    private readonly Dictionary<string, List<Type>> _types = [];

    /// <param name="stack">What the user has before him: the stack, the adapter and the platform.</param>
    /// <param name="alsoNamed">Types of the engine that the adapter hands out.</param>
    public StackNames(IEnumerable<Assembly> stack, IEnumerable<Type> alsoNamed)
    {
        foreach (var type in stack.SelectMany(a => a.GetExportedTypes()).Concat(alsoNamed))
        {
            var name = type.Name.Split('`')[0];
            _types.TryAdd(name, []);
            _types[name].Add(type);
            _members.Add(name);
            _members.Add(name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^9] : name);
            _members.UnionWith(Members(type));
            _members.UnionWith(type.Namespace?.Split('.') ?? []);
            foreach (var property in type.GetProperties())
            {
                // A path may begin with a property, as that of a binding.
                _types.TryAdd(property.Name, []);
                _types[property.Name].Add(property.PropertyType);
            }
        }
    }

    /// <summary>What the factory makes, and what differs from it in one setting.</summary>
    /// <param name="create">Makes one.</param>
    /// <param name="parts">The objects with the settings of one; null for itself.</param>
    public static IEnumerable<T> Vary<T>(Func<T> create, Func<T, IEnumerable<object>>? parts = null)
        where T : class
    {
        yield return create();
        foreach (var (part, property, value) in Changes(create, parts))
        {
            var changed = create();
            var target = (parts?.Invoke(changed) ?? [changed]).ElementAt(part);
            try
            {
                property.SetValue(target, value);
            }
            catch (TargetInvocationException)
            {
                continue;
            }

            yield return changed;
        }
    }

    /// <summary>The texts of an exception and of those in it; null for none.</summary>
    public static string? Texts(Exception? e)
    {
        List<string> texts = [];
        for (; e is not null; e = e.InnerException)
        {
            texts.Add(e.Message);
        }

        return texts.Count == 0 ? null : string.Join(" | ", texts);
    }

    /// <summary>Requires of all texts that they name nothing that the stack does not have, and no parameter of ours.</summary>
    /// <param name="texts">The refusals; null where nothing was refused.</param>
    /// <param name="atLeast">How many different refusals there must be, so that the walk does not pass by seeing none.</param>
    public void Require(IEnumerable<string?> texts, int atLeast)
    {
        var all = texts.OfType<string>().Distinct().ToList();
        Assert.True(all.Count >= atLeast, $"Only {all.Count} refusals:\n{string.Join('\n', all)}");
        var wrong = all.SelectMany(text => WrongNames(text).Select(name => $"{name} in: {text}")).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private IEnumerable<string> WrongNames(string text)
    {
        if (text.Contains("(Parameter '", StringComparison.Ordinal))
        {
            yield return "a parameter";
        }

        // A thumbprint may begin with a letter, and names nothing.
        foreach (Match match in Name().Matches(Thumbprint().Replace(Quoted().Replace(text, ""), "")))
        {
            var parts = match.Value.Split('.');
            if (parts.FirstOrDefault(part => !_members.Contains(part)) is { } unknown)
            {
                yield return unknown;
            }
            else if (parts.Length > 1 && _types.TryGetValue(parts[0], out var types) && !types.Any(type => IsPath(type, parts.AsSpan(1))))
            {
                yield return match.Value;
            }
        }
    }

    private static bool IsPath(Type type, ReadOnlySpan<string> members)
    {
        if (members.IsEmpty)
        {
            return true;
        }

        foreach (var member in type.GetMember(members[0]))
        {
            var next = member switch { PropertyInfo p => p.PropertyType, FieldInfo f => f.FieldType, _ => typeof(void) };
            if (IsPath(next, members[1..]))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
        .Select(m => m.Name);

    private static List<(int Part, PropertyInfo Property, object? Value)> Changes<T>(Func<T> create, Func<T, IEnumerable<object>>? parts)
        where T : class
    {
        var original = create();
        return [.. (parts?.Invoke(original) ?? [original]).SelectMany((target, i) => target.GetType().GetProperties()
            .Where(p => p is { CanRead: true, CanWrite: true } && p.SetMethod!.IsPublic && p.GetIndexParameters().Length == 0)
            .SelectMany(p => Values(p.PropertyType, p.GetValue(target)).Select(value => (i, p, value))))];
    }

    private static IEnumerable<object?> Values(Type type, object? now) => now switch
    {
        bool value => [!value],
        Enum => Enum.GetValues(type).Cast<object>(),
        int => [0, -1],
        TimeSpan => [TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.FromDays(7)],
        _ => type.GetProperties(BindingFlags.Public | BindingFlags.Static).Where(p => p.PropertyType == type).Select(p => p.GetValue(null)),
    };

    // Names of settings and types: two capitals at least, or a member behind a dot.
    [GeneratedRegex(@"thumbprint [0-9A-F]{40}")]
    private static partial Regex Thumbprint();

    [GeneratedRegex(@"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+(?:\.[A-Z][A-Za-z0-9]*)*|\b[A-Z][a-z]+(?:\.[A-Z][A-Za-z0-9]*)+")]
    private static partial Regex Name();

    // Addresses, and subjects of certificates.
    [GeneratedRegex(@"'[^']*'|https?://\S+")]
    private static partial Regex Quoted();
}
