using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.Binding;

/// <summary>
/// Supporting tokens of the requests of single operations: keys are the actions of requests, and <see cref="AnyOther"/> is the key for
/// requests whose action has no entry, as in WCF. Immutable; compared by its entries.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "Named after the setting of WCF.")]
public sealed class OperationSupportingTokens
    : IReadOnlyDictionary<string, SupportingTokenParameters>, IEquatable<OperationSupportingTokens>
{
    /// <summary>The key for requests whose action has no entry: <c>*</c>.</summary>
    public const string AnyOther = "*";

    private readonly ImmutableSortedDictionary<string, SupportingTokenParameters> _entries;

    /// <summary>No tokens.</summary>
    public OperationSupportingTokens()
        : this([])
    {
    }

    /// <summary>Takes the entries over.</summary>
    /// <exception cref="ArgumentException">An action is there twice with different tokens, or an entry is null.</exception>
    public OperationSupportingTokens(IEnumerable<KeyValuePair<string, SupportingTokenParameters>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _entries = entries.ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (_entries.Any(e => e.Value is null))
        {
            throw new ArgumentException("An action has no tokens: name them, or leave the action out.", nameof(entries));
        }
    }

    /// <summary>No tokens.</summary>
    // A new one each time: whoever binds a configuration by reflection writes into what he finds.
    public static OperationSupportingTokens None => new();

    /// <summary>Whether no operation has tokens.</summary>
    public bool IsEmpty => _entries.Values.All(tokens => tokens.IsEmpty);

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <inheritdoc/>
    public IEnumerable<SupportingTokenParameters> Values => _entries.Values;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public SupportingTokenParameters this[string key] => _entries[key];

    /// <summary>A copy in which requests with this action have these tokens.</summary>
    /// <param name="action">The action, or <see cref="AnyOther"/>.</param>
    /// <param name="tokens">The tokens.</param>
    public OperationSupportingTokens With(string action, SupportingTokenParameters tokens)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(tokens);
        return new(_entries.SetItem(action, tokens));
    }

    /// <summary>The tokens of a request: those of its action, else those of <see cref="AnyOther"/>, else none.</summary>
    /// <param name="action">Its action; null when it has none.</param>
    public SupportingTokenParameters Of(string? action) =>
        (action is not null && _entries.TryGetValue(action, out var own)) || _entries.TryGetValue(AnyOther, out own)
            ? own : SupportingTokenParameters.None;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out SupportingTokenParameters value) => _entries.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, SupportingTokenParameters>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Compares the entries.</summary>
    public bool Equals(OperationSupportingTokens? other) => other is not null && _entries.SequenceEqual(other._entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OperationSupportingTokens);

    /// <inheritdoc/>
    public override int GetHashCode() => _entries.Aggregate(0, (hash, e) => HashCode.Combine(hash, e.Key, e.Value));

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", _entries.Select(e => $"{e.Key}: {e.Value}"));
}
