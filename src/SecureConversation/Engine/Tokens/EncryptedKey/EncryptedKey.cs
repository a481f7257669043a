using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// xenc:EncryptedKey, a key wrapped for a certificate (XML Encryption 1.0 section 3.5, WS-Security 1.1 section 9.3).
/// <code>
/// e:EncryptedKey [@Id]
///   e:EncryptionMethod @Algorithm              required
///     ds:DigestMethod? @Algorithm              SHA-1 when absent; WCF writes it for OAEP
///     xenc11:MGF? @Algorithm                   the mask generation function of OAEP (XML Encryption 1.1 section 5.5.2)
///   ds:KeyInfo                                 required; names the certificate of the receiver, or holds an
///                                              <see cref="AgreementMethod"/> or <see cref="EncapsulationMethod"/>
///   e:CipherData / e:CipherValue               required
///   e:ReferenceList?                           WCF lists the encrypted parts here in asymmetric bindings
///   other children                             refused
/// </code>
/// </summary>
internal sealed class EncryptedKey
{
    private const int MaxWrappedBytes = 512; // RSA 4096

    private EncryptedKey(
        XmlId? id,
        string algorithm,
        KeyReference wrappedFor,
        AgreementMethod? agreement,
        EncapsulationMethod? encapsulation,
        byte[] cipherValue,
        XmlElement references,
        string? digest,
        string? mgf)
    {
        Id = id;
        Algorithm = algorithm;
        WrappedFor = wrappedFor;
        Agreement = agreement;
        Encapsulation = encapsulation;
        CipherValue = cipherValue;
        ReferenceList = references;
        OaepDigest = digest;
        OaepMgf = mgf;
    }

    public XmlId? Id { get; }
    public string Algorithm { get; }

    /// <summary>The digest of the OAEP padding; null when absent, which implies SHA-1.</summary>
    public string? OaepDigest { get; }

    /// <summary>The mask generation function of the OAEP padding; null when absent.</summary>
    public string? OaepMgf { get; }

    /// <summary>The certificate whose key the key was encrypted for.</summary>
    public KeyReference WrappedFor { get; }

    /// <summary>How the key that wraps was agreed on; null where the key of the certificate wraps.</summary>
    public AgreementMethod? Agreement { get; }

    /// <summary>The encapsulation that the key that wraps is derived from; null where there is none.</summary>
    public EncapsulationMethod? Encapsulation { get; }

    public byte[] CipherValue { get; }

    /// <summary>The e:ReferenceList; null element when there is none.</summary>
    public XmlElement ReferenceList { get; }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static EncryptedKey Read(XmlElement element, ProtocolVersion protocol)
    {
        var (algorithm, keyInfo, cipherValue, rest) = EncryptedData.ReadEncryptedType(element);
        if (keyInfo.IsNull || (!rest.IsNull && (!rest.Is(Xenc.ReferenceList) || !rest.NextSibling.IsNull)))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc:EncryptedKey");
        }

        string? digest = null;
        string? mgf = null;
        foreach (var child in element.FirstChild.Children)
        {
            digest ??= child.Is(Ds.DigestMethod) ? KnownUris.Get(child, Attr.Algorithm) : null;
            mgf ??= child.Is(Xenc11.Mgf) ? KnownUris.Get(child, Attr.Algorithm) : null;
        }

        var agreement = AgreementMethod.Read(keyInfo, protocol);
        var encapsulation = EncapsulationMethod.Read(keyInfo, protocol);
        return new EncryptedKey(
            element.GetId(Attr.Id),
            algorithm,
            agreement?.Recipient ?? encapsulation?.Recipient ?? SecurityTokenReferenceReader.ReadKeyInfo(keyInfo, protocol),
            agreement,
            encapsulation,
            ElementValue.Base64(cipherValue, MaxWrappedBytes),
            rest,
            digest,
            mgf);
    }
}
