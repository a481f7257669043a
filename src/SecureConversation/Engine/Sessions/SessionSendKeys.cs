using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>A derived key whose token every message of a session contains.</summary>
internal sealed record SessionDerivedKey(string Id, byte[] Nonce, SymmetricKey Key)
{
    /// <summary>
    /// The token as a client writes it in every message; null before it has written one. A service has many sessions, and keeps none.
    /// </summary>
    public byte[]? Element { get; set; }
}

/// <summary>
/// The keys for sending in one direction of a session. They are derived once and written with the same Id and nonce in every message, as
/// WCF does, so that the receiver can cache them.
/// </summary>
internal sealed class SessionSendKeys : IDisposable
{
    private const int NonceLength = 16;

    private SessionSendKeys(SecurityContextKey context, ReadOnlyMemory<byte> tokenXml, string? tokenId,
        SessionDerivedKey? signing, SessionDerivedKey? encryption)
    {
        Context = context;
        TokenXml = tokenXml;
        TokenId = tokenId;
        Signing = signing;
        Encryption = encryption;
    }

    public SecurityContextKey Context { get; }

    /// <summary>
    /// The wsc:SecurityContextToken element as the service issued it; the client writes it in every request. Empty at the service.
    /// </summary>
    public ReadOnlyMemory<byte> TokenXml { get; }

    /// <summary>wsu:Id of the element in <see cref="TokenXml"/>; null at the service, which refers to the context by its URI.</summary>
    public string? TokenId { get; }

    /// <summary>The signature key; null if the binding does not derive keys.</summary>
    public SessionDerivedKey? Signing { get; }

    /// <summary>The encryption key; null if the binding does not derive keys.</summary>
    public SessionDerivedKey? Encryption { get; }

    /// <summary>The concatenated nonces of the derived keys; empty if the binding does not derive keys.</summary>
    public byte[] Nonces => [.. Signing?.Nonce ?? [], .. Encryption?.Nonce ?? []];

    /// <param name="context">The key to derive from.</param>
    /// <param name="requirements">Which keys the binding derives, and how long they are.</param>
    /// <param name="random">Source of Ids and nonces.</param>
    /// <param name="tokenXml">See <see cref="TokenXml"/>.</param>
    /// <param name="tokenId">See <see cref="TokenId"/>.</param>
    /// <param name="nonces">The <see cref="Nonces"/> of earlier keys, to derive the same keys again; empty for new keys.</param>
    public static SessionSendKeys Create(SecurityContextKey context, MessageRequirements requirements, RandomSource random,
        ReadOnlyMemory<byte> tokenXml = default, string? tokenId = null, ReadOnlyMemory<byte> nonces = default)
    {
        if (!requirements.DerivedKeys)
        {
            return new SessionSendKeys(context, tokenXml, tokenId, null, null);
        }

        // Each key has its own nonce: with the same nonce, the shorter key would be a prefix of the longer one.
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

            return new SessionDerivedKey(id, nonce, context.Key.Derive(
                requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, 0, length));
        }
    }

    /// <summary>
    /// Whether one of the keys comes from the same stream of P_SHA1 (WS-SecureConversation 1.3 section 7.1). The nonce alone decides that:
    /// offset and length only say which octets of the stream are taken.
    /// </summary>
    public bool Uses(DerivedKeyInputs inputs) => SharesStream(Signing, inputs) || SharesStream(Encryption, inputs);

    public void Dispose()
    {
        Signing?.Key.Dispose();
        Encryption?.Key.Dispose();
    }

    private static bool SharesStream(SessionDerivedKey? own, DerivedKeyInputs inputs) =>
        own is not null && inputs.Nonce.AsSpan().SequenceEqual(own.Nonce);
}
