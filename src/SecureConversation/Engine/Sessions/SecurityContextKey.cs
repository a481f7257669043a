using System.Collections.Immutable;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The key of one instance of a security context, with the keys that were derived from it. WCF derives one pair of keys per direction and
/// uses it until the key is renewed. So a repeated nonce does not indicate a replay, and derived keys are cached.
/// </summary>
internal sealed class SecurityContextKey(string identifier, string? instance, SymmetricKey key) : IDisposable
{
    // One pair for each direction and one spare pair. A higher limit would let a peer fill the memory with keys.
    private const int MaxDerived = 6;

    private ImmutableArray<(DerivedKeyInputs Inputs, SymmetricKey Key)> _derived = [];
    private KeyPairs? _pairs;

    public string Identifier { get; } = identifier;
    public string? Instance { get; } = instance;
    public SymmetricKey Key { get; } = key;

    /// <summary>The pairs of derived keys that verified messages came with.</summary>
    public KeyPairs Pairs => LazyInitializer.EnsureInitialized(ref _pairs);

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
    /// Caches a derived key. Call it only for verified messages, so that forged nonces cannot displace cached keys. False when another
    /// thread changed the cache at the same time: then the caller keeps the key.
    /// </summary>
    public bool TryKeep(DerivedKeyToken token, SymmetricKey derived)
    {
        var current = _derived;
        // The displaced key is not disposed, because another thread may be using it. Its finalizer zeroes it.
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
