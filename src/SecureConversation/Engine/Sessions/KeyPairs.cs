using System.Collections.Immutable;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Which derived key encrypted the messages that a derived key signed. WCF derives one pair for each direction of a session, others one
/// for each message; nobody changes the one key and keeps the other. Only where encryption came first: elsewhere the signature covers
/// the plaintext. Safe for concurrent use.
/// </summary>
internal sealed class KeyPairs
{
    // One pair for each direction, and some for a peer that derives a pair for each message.
    private const int Most = 6;

    private ImmutableArray<(DerivedKeyInputs Signing, DerivedKeyInputs Encryption)> _pairs = [];

    /// <summary>
    /// The pair of earlier messages whose signature key comes from the same stream; null when there was none. Offset and length do not
    /// make another key: HMAC extends a short key by zeroes, so some keys of another length are the same key.
    /// </summary>
    public (DerivedKeyInputs Signing, DerivedKeyInputs Encryption)? Find(DerivedKeyInputs signing) => Find(_pairs, signing);

    /// <summary>Remembers a pair of a verified message; the first pair of a signature key stays.</summary>
    public void Add(DerivedKeyInputs signing, DerivedKeyInputs encryption) => ImmutableInterlocked.Update(ref _pairs, pairs =>
        Find(pairs, signing) is not null ? pairs
        : (pairs.Length < Most ? pairs : pairs.RemoveAt(0)).Add((signing, encryption)));

    private static (DerivedKeyInputs Signing, DerivedKeyInputs Encryption)? Find(
        ImmutableArray<(DerivedKeyInputs Signing, DerivedKeyInputs Encryption)> pairs, DerivedKeyInputs signing)
    {
        foreach (var pair in pairs)
        {
            if (pair.Signing.Nonce.AsSpan().SequenceEqual(signing.Nonce))
            {
                return pair;
            }
        }

        return null;
    }
}
