using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of an outgoing message, the references to them, and the token elements that make them known to the receiver.
/// Each <see cref="PrimaryTokenKind"/> has one class.
/// </summary>
internal abstract class SendKeys(MessageRequirements requirements) : IDisposable
{
    private const int NonceLength = 16;

    /// <summary>Whether the message has encrypted parts.</summary>
    public bool Encrypts { get; private set; }

    /// <summary>Whether the signatures are encrypted.</summary>
    public bool EncryptsSignature { get; private set; }

    /// <summary>The key of the primary signature; not set in an asymmetric binding.</summary>
    public SymmetricKey Signing { get; protected set; } = null!;

    /// <summary>The key that encrypts the parts.</summary>
    public SymmetricKey Encryption { get; protected set; } = null!;

    /// <summary>The certificate that signs in an asymmetric binding; else null.</summary>
    public virtual X509Credential? SigningCertificate => null;

    /// <summary>SHA-1 of the cipher value of this message's EncryptedKey; empty until that is written, and without one.</summary>
    public byte[] EncryptedKeySha1 { get; protected set; } = [];

    /// <summary>Whether the reference list stands inside the EncryptedKey. An EncryptedData then names no key.</summary>
    public virtual bool ListsInEncryptedKey => false;

    /// <summary>Writes the reference of an EncryptedData to its key; null where the EncryptedKey holds the reference list.</summary>
    public abstract Action<PooledBytes>? EncryptionReference { get; }

    protected MessageRequirements Requirements => requirements;

    /// <summary>Makes the keys of one message.</summary>
    public static SendKeys Create(
        SenderToken token,
        MessageRequirements requirements,
        SendPlan plan,
        SenderExtras extras,
        DateTimeOffset now,
        RandomSource random)
    {
        SendKeys keys = token switch
        {
            SenderToken.WrappedKey wrapped => new WrappedSendKeys(wrapped.Recipient, requirements),
            SenderToken.CorrelatedKey correlated => new CorrelatedSendKeys(correlated, requirements),
            SenderToken.UserName userName => new UserNameSendKeys(userName.Credentials, requirements, now),
            SenderToken.CorrelatedUserName correlated => new CorrelatedUserNameSendKeys(correlated, requirements),
            SenderToken.Context context => new ContextSendKeys(context.Keys, requirements),
            SenderToken.Issued issued => new IssuedSendKeys(issued.Token, requirements),
            SenderToken.IssuedReply reply => new IssuedReplySendKeys(reply, requirements),
            SenderToken.Certificates certificates => new CertificateSendKeys(certificates, requirements),
            SenderToken.Transport => new TransportSendKeys(requirements),
            _ => throw new NotSupportedException($"No keys for {token.GetType().Name}."),
        };
        keys.Encrypts = plan.Signed.Exists(p => p.Encrypt)
            || requirements.Supporting.Any(t => t.IsEncrypted)
            || (requirements.SignatureConfirmation && extras.Confirm.Any(s => s.WasEncrypted));
        keys.EncryptsSignature = requirements.EncryptsSignature(keys.Encrypts);
        keys.Resolve(plan.Ids, random);
        return keys;
    }

    /// <summary>The Id of what <see cref="WriteSource"/> writes; null where it writes nothing.</summary>
    public virtual string? SourceId => null;

    /// <summary>Writes the certificate that the message is encrypted for, where the binding has the sender send it.</summary>
    public virtual void WriteRecipient(PooledBytes output)
    {
    }

    /// <summary>
    /// Writes the token that holds or names the primary key, if it travels: the EncryptedKey, the context token or, in an
    /// asymmetric binding, the certificate that signs. Keys derived from it follow.
    /// </summary>
    public abstract void WriteSource(PooledBytes output);

    /// <summary>Writes the token of the derived signing key, where the binding derives keys.</summary>
    public virtual void WriteDerivedSigningKey(PooledBytes output)
    {
    }

    /// <summary>Writes the token of the encryption key, if it has one of its own: a derived key, or a wrapped key.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="references">The Ids of the encrypted parts, which an EncryptedKey may list.</param>
    public abstract void WriteEncryptionToken(PooledBytes output, List<string> references);

    /// <summary>Writes the reference of the primary signature to its key.</summary>
    public abstract void ReferToSigningKey(PooledBytes output);

    /// <summary>The Id of the user name token whose key protects the message; null where another key does.</summary>
    public virtual string? UserNameToken => null;

    /// <summary>Whether the primary signature covers the token of <see cref="WriteSource"/> whatever the binding says.</summary>
    public virtual bool NeedsSignedSource => false;

    /// <summary>Hands over the fresh key that also protects the reply; the caller disposes it. Null where the message has none.</summary>
    public virtual SymmetricKey? TakeFreshKey() => null;

    /// <summary>Zeroes the keys that were made for this message alone.</summary>
    public abstract void Dispose();

    /// <summary>Sets the keys and their Ids; <see cref="Encrypts"/> is known by then.</summary>
    protected abstract void Resolve(IdAllocator ids, RandomSource random);

    /// <summary>A random key of the length of the suite, but at least 128 bits.</summary>
    protected SymmetricKey MakeFreshKey(RandomSource random) =>
        SymmetricKey.Random(Math.Max(128, requirements.Suite.DefaultSymmetricKeyLength) / 8, random);

    /// <summary>The value of an attribute that the Basic Security Profile asks for; null when the binding does not follow it.</summary>
    protected string? Bsp(string uri) => requirements.BspAttributes ? uri : null;

    /// <summary>Writes a reference to an EncryptedKey of this message. WS-Security 1.0 has no type for such a token (recorded).</summary>
    protected void ReferToEncryptedKey(PooledBytes output, string id)
    {
        var type = requirements.IsWss11 ? Bsp(Uris.EncryptedKey) : null;
        TokenWriter.LocalReference(output, id, type, type);
    }

    /// <summary>A fresh nonce and the key derived with it from the source; the caller disposes the key.</summary>
    protected (SymmetricKey Key, byte[] Nonce) DeriveFresh(SymmetricKey source, int bits, RandomSource random)
    {
        var nonce = new byte[NonceLength];
        random.Fill(nonce);
        return (source.Derive(requirements.Suite.KeyDerivation, DerivedKeyToken.DefaultLabel, nonce, 0, bits / 8), nonce);
    }

    /// <summary>Writes a reference to a DerivedKeyToken of this message.</summary>
    protected void ReferToDerived(PooledBytes output, string id) =>
        TokenWriter.LocalReference(output, id, Bsp(Requirements.Protocol.DkTokenType));
}
