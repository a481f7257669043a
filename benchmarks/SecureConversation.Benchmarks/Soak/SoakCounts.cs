using System.Collections.Concurrent;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>How often something happened, by name.</summary>
internal sealed class SoakCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long this[string name] => _counts.GetValueOrDefault(name);

    public void Add(string name) => _counts.AddOrUpdate(name, 1, (_, count) => count + 1);

    /// <summary>Those whose name begins with the prefix, without it.</summary>
    public string Describe(string prefix) => string.Join(", ", _counts.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal))
        .OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => FormattableString.Invariant($"{c.Key[prefix.Length..]} {c.Value}")));
}
