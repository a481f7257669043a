using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>A derived key that is written into every message of a session.</summary>
internal sealed record SessionDerivedKey(string Id, byte[] Nonce, SymmetricKey Key);

/// <summary>
/// The keys of one direction of a session: derived once for each key generation and written with the same Id and nonce
/// in every message, as WCF does, so that the receiver derives once too.
/// </summary>
internal sealed class SessionSendKeys : IDisposable
{
    private const int NonceLength = 16;

    private SessionSendKeys(SecurityContextKey context, ReadOnlyMemory<byte> tokenXml, string? tokenId, SessionDerivedKey? signing, SessionDerivedKey? encryption)
    {
        Context = context;
        TokenXml = tokenXml;
        TokenId = tokenId;
        Signing = signing;
        Encryption = encryption;
    }

    public SecurityContextKey Context { get; }

    /// <summary>The wsc:SecurityContextToken element as issued, for the client to include; empty on the service.</summary>
    public ReadOnlyMemory<byte> TokenXml { get; }

    /// <summary>wsu:Id of that element; null on the service, which refers to the context by its URI.</summary>
    public string? TokenId { get; }

    /// <summary>Null where the binding does not derive keys.</summary>
    public SessionDerivedKey? Signing { get; }

    /// <summary>Null where the binding does not derive keys.</summary>
    public SessionDerivedKey? Encryption { get; }

    /// <summary>The nonces of the derived keys, one after the other; empty where the binding does not derive keys.</summary>
    public byte[] Nonces => [.. Signing?.Nonce ?? [], .. Encryption?.Nonce ?? []];

    /// <param name="context">The key to derive from.</param>
    /// <param name="requirements">Which keys the binding derives, and how long they are.</param>
    /// <param name="random">Source of Ids and nonces.</param>
    /// <param name="tokenXml">See <see cref="TokenXml"/>.</param>
    /// <param name="tokenId">See <see cref="TokenId"/>.</param>
    /// <param name="nonces">The <see cref="Nonces"/> of keys that were made before; empty to make new ones.</param>
    public static SessionSendKeys Create(SecurityContextKey context, MessageRequirements requirements, RandomSource random,
        ReadOnlyMemory<byte> tokenXml = default, string? tokenId = null, ReadOnlyMemory<byte> nonces = default)
    {
        if (!requirements.DerivedKeys)
        {
            return new SessionSendKeys(context, tokenXml, tokenId, null, null);
        }

        // Two nonces: with one the shorter key would be the beginning of the longer one.
        var unique = UniqueIds.Next(random);
        return new SessionSendKeys(context, tokenXml, tokenId,
            Derive(unique + "-s", requirements.Suite.DefaultSignatureKeyDerivationLength / 8, 0),
            Derive(unique + "-e", requirements.Suite.DefaultEncryptionKeyDerivationLength / 8, NonceLength));

        SessionDerivedKey Derive(string id, int length, int position)
        {
            var nonce = new byte[NonceLength];
            if (nonces.IsEmpty)
            {
                random.Fill(nonce);
            }
            else
            {
                nonces.Span.Slice(position, NonceLength).CopyTo(nonce);
            }

            return new SessionDerivedKey(id, nonce, context.Key.Derive(DerivedKeyToken.DefaultLabel, nonce, 0, length));
        }
    }

    /// <summary>Whether one of the keys was derived with that nonce.</summary>
    public bool Uses(DerivedKeyInputs inputs) => SharesSeed(Signing, inputs) || SharesSeed(Encryption, inputs);

    // P_SHA1 runs over label and nonce as one string: what counts is the string, not where a message divides it.
    private static bool SharesSeed(SessionDerivedKey? own, DerivedKeyInputs inputs) => own is not null
        && ((byte[])[.. inputs.Label, .. inputs.Nonce]).AsSpan().SequenceEqual((byte[])[.. DerivedKeyToken.DefaultLabel, .. own.Nonce]);

    public void Dispose()
    {
        Signing?.Key.Dispose();
        Encryption?.Key.Dispose();
    }
}
