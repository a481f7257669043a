using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// xenc:EncryptedKey, a key wrapped for a certificate (XML Encryption 1.0 section 3.5, WS-Security 1.1 section 9.3).
/// <code>
/// e:EncryptedKey [@Id]
///   e:EncryptionMethod @Algorithm [ds:DigestMethod]
///   ds:KeyInfo                                 required: the certificate
///   e:CipherData / e:CipherValue               required
///   e:ReferenceList?                           asymmetric bindings list what they encrypted here
/// </code>
/// </summary>
internal sealed class EncryptedKey
{
    private const int MaxWrappedBytes = 512; // RSA 4096

    private EncryptedKey(XmlId? id, string algorithm, KeyReference wrappedFor, byte[] cipherValue, XmlElement references, string? digest)
    {
        Id = id;
        Algorithm = algorithm;
        WrappedFor = wrappedFor;
        CipherValue = cipherValue;
        ReferenceList = references;
        OaepDigest = digest;
    }

    public XmlId? Id { get; }
    public string Algorithm { get; }

    /// <summary>ds:DigestMethod of the padding, null when absent (SHA-1 is then implied).</summary>
    public string? OaepDigest { get; }

    public KeyReference WrappedFor { get; }
    public byte[] CipherValue { get; }

    /// <summary>Null element when there is none.</summary>
    public XmlElement ReferenceList { get; }

    public static EncryptedKey Read(XmlElement element, ProtocolVersion protocol)
    {
        var (algorithm, keyInfo, cipherValue, rest) = EncryptedData.ReadEncryptedType(element);
        if (keyInfo.IsNull || (!rest.IsNull && (!rest.Is(Xenc.ReferenceList) || !rest.NextSibling.IsNull)))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc:EncryptedKey");
        }

        var digestMethod = element.FirstChild.FirstChild;
        var digest = digestMethod.IsNull || !digestMethod.Is(Ds.DigestMethod) ? null : KnownUris.Get(digestMethod, Attr.Algorithm);
        return new EncryptedKey(
            element.GetId(Attr.Id),
            algorithm,
            SecurityTokenReferenceReader.ReadKeyInfo(keyInfo, protocol),
            ElementValue.Base64(cipherValue, MaxWrappedBytes),
            rest,
            digest);
    }
}
