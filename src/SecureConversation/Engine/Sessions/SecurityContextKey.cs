using System.Collections.Immutable;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// One key generation of a security context, with the keys that were derived from it. WCF derives one pair a direction
/// and uses it until the key is renewed, so a repeated nonce is no replay and the derivation is worth keeping.
/// </summary>
internal sealed class SecurityContextKey(string identifier, string? instance, SymmetricKey key) : IDisposable
{
    // A pair for each direction and one to spare; more would let a peer fill memory with keys.
    private const int MaxDerived = 6;

    private ImmutableArray<(DerivedKeyInputs Inputs, SymmetricKey Key)> _derived = [];

    public string Identifier { get; } = identifier;
    public string? Instance { get; } = instance;
    public SymmetricKey Key { get; } = key;

    public SymmetricKey? FindDerived(DerivedKeyToken token)
    {
        foreach (var (known, derived) in _derived)
        {
            if (known.Equals(token.Inputs))
            {
                return derived;
            }
        }

        return null;
    }

    /// <summary>
    /// Keeps a derived key; only for tokens of messages that were verified, so that nobody else's nonces displace ours.
    /// False when another message came in between: the key stays with the caller.
    /// </summary>
    public bool TryKeep(DerivedKeyToken token, SymmetricKey derived)
    {
        var current = _derived;
        // The displaced key is left to its finalizer: another thread may be using it.
        var next = current.Length < MaxDerived ? current.Add((token.Inputs, derived)) : current.RemoveAt(0).Add((token.Inputs, derived));
        return ImmutableInterlocked.InterlockedCompareExchange(ref _derived, next, current) == current;
    }

    public void Dispose()
    {
        foreach (var (_, derived) in _derived)
        {
            derived.Dispose();
        }

        Key.Dispose();
    }
}
