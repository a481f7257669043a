using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of an outgoing message, how its parts refer to them, and the token elements that make them known to the receiver. One class
/// for each <see cref="PrimaryTokenKind"/>.
/// </summary>
internal abstract class SendKeys(MessageRequirements requirements) : IDisposable
{
    /// <summary>Whether anything is encrypted.</summary>
    public bool Encrypts { get; private set; }

    /// <summary>Whether the signatures are.</summary>
    public bool EncryptsSignature { get; private set; }

    /// <summary>Key of a symmetric primary signature.</summary>
    public SymmetricKey Signing { get; protected set; } = null!;

    public SymmetricKey Encryption { get; protected set; } = null!;

    /// <summary>The certificate that signs, in an asymmetric binding.</summary>
    public virtual X509Credential? SigningCertificate => null;

    /// <summary>SHA-1 of the cipher value of this message's EncryptedKey, once it is written; else empty.</summary>
    public byte[] EncryptedKeySha1 { get; protected set; } = [];

    /// <summary>Whether the reference list stands in the EncryptedKey; EncryptedData then name no key.</summary>
    public virtual bool ListsInEncryptedKey => false;

    /// <summary>How EncryptedData refer to their key; null where the EncryptedKey lists the data instead.</summary>
    public abstract Action<PooledBytes>? EncryptionReference { get; }

    protected MessageRequirements Requirements => requirements;

    public static SendKeys Create(SenderToken token, MessageRequirements requirements, SendPlan plan, SenderExtras extras, RandomSource random)
    {
        SendKeys keys = token switch
        {
            SenderToken.WrappedKey wrapped => new WrappedSendKeys(wrapped.Recipient, requirements),
            SenderToken.CorrelatedKey correlated => new CorrelatedSendKeys(correlated, requirements),
            SenderToken.Context context => new ContextSendKeys(context.Keys, requirements),
            SenderToken.Certificates certificates => new CertificateSendKeys(certificates, requirements),
            _ => throw new NotSupportedException($"No keys for {token.GetType().Name}."),
        };
        keys.Encrypts = plan.Signed.Any(p => p.Encrypt) || requirements.Supporting.Any(t => t.IsEncrypted) || extras.Confirm.Any(s => s.WasEncrypted);
        keys.EncryptsSignature = requirements.EncryptsSignature(keys.Encrypts);
        keys.Resolve(plan.Ids, random);
        return keys;
    }

    /// <summary>The source token, before what derives from it. In an asymmetric binding the signing certificate, where it travels.</summary>
    public abstract void WriteSource(PooledBytes output);

    /// <summary>The token of the derived signing key, where the binding derives one.</summary>
    public virtual void WriteDerivedSigningKey(PooledBytes output)
    {
    }

    /// <summary>What encrypts: a wrapped key, which may list what it encrypted, or a derived key.</summary>
    public abstract void WriteEncryptionToken(PooledBytes output, IReadOnlyList<string> references);

    /// <summary>How the primary signature refers to its key.</summary>
    public abstract void ReferToSigningKey(PooledBytes output);

    /// <summary>The fresh key that the reply will be protected with; the caller disposes it. Null where there is none.</summary>
    public virtual SymmetricKey? TakeFreshKey() => null;

    public abstract void Dispose();

    protected abstract void Resolve(IdAllocator ids, RandomSource random);

    protected SymmetricKey MakeFreshKey(RandomSource random) =>
        SymmetricKey.Random(Math.Max(128, requirements.Suite.DefaultSymmetricKeyLength) / 8, random);

    /// <summary>The attribute value that only the Basic Security Profile asks for.</summary>
    protected string? Bsp(string uri) => requirements.BspAttributes ? uri : null;
}
