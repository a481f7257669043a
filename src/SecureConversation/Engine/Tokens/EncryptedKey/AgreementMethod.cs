using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// xenc:AgreementMethod in the KeyInfo of an EncryptedKey: how sender and receiver come to the key that wraps (XML Encryption 1.1 sections
/// 5.6.4 and 5.4.1).
/// <code>
/// e:AgreementMethod @Algorithm                 ECDH-ES; no KA-Nonce
///   e11:KeyDerivationMethod @Algorithm         ConcatKDF
///     e11:ConcatKDFParams @AlgorithmID @PartyUInfo @PartyVInfo   all of whole octets; no @SuppPubInfo, no @SuppPrivInfo
///       ds:DigestMethod @Algorithm
///   e:OriginatorKeyInfo
///     ds:KeyValue
///       dsig11:ECKeyValue
///         dsig11:NamedCurve @URI               P-256 or P-384
///         dsig11:PublicKey                     the uncompressed point of the sender's key for this message
///   e:RecipientKeyInfo                         names the certificate of the receiver, as ds:KeyInfo does
/// </code>
/// All of it is required, in this order, and nothing else may be there.
/// </summary>
internal sealed class AgreementMethod
{
    // The point of P-384 is the longest of the three, and an octet says that no bits are left over.
    private const int MaxInfoBytes = 98;
    private const int MaxPointBytes = 97;

    private AgreementMethod(string digest, byte[] info, NamedCurve curve, byte[] point, KeyReference recipient) =>
        (DigestUri, Info, Curve, Point, Recipient) = (digest, info, curve, point, recipient);

    /// <summary>The digest of the derivation.</summary>
    public string DigestUri { get; }

    /// <summary>AlgorithmID, PartyUInfo and PartyVInfo, one behind the other, as the sender says.</summary>
    public byte[] Info { get; }

    /// <summary>The curve of the sender's key.</summary>
    public NamedCurve Curve { get; }

    /// <summary>The sender's key. Whether it is on the curve, nobody has looked.</summary>
    public byte[] Point { get; }

    /// <summary>The certificate whose key the sender's agrees with.</summary>
    public KeyReference Recipient { get; }

    /// <summary>Reads the only child of a KeyInfo; null where this is something else.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape, or other algorithms.</exception>
    public static AgreementMethod? Read(XmlElement keyInfo, ProtocolVersion protocol)
    {
        var method = keyInfo.FirstChild;
        if (method.IsNull || !method.Is(Xenc.AgreementMethod))
        {
            return null;
        }

        var derivation = method.FirstChild;
        var originator = Next(derivation);
        var recipient = Next(originator);
        if (keyInfo.HasText || method.HasText || !method.NextSibling.IsNull
            || recipient.IsNull || !recipient.NextSibling.IsNull || !derivation.Is(Xenc11.KeyDerivationMethod)
            || !originator.Is(Xenc.OriginatorKeyInfo) || !recipient.Is(Xenc.RecipientKeyInfo))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc:AgreementMethod");
        }

        RequireAlgorithm(method, AlgorithmUris.EcdhEs, "key agreement");
        RequireAlgorithm(derivation, AlgorithmUris.ConcatKdf, "key derivation of a key agreement");
        var parameters = Only(derivation, Xenc11.ConcatKdfParams, "xenc11:ConcatKDFParams");
        var digest = KnownUris.Get(Only(parameters, Ds.DigestMethod, "xenc11:ConcatKDFParams"), Attr.Algorithm) ?? "";
        if (parameters.GetAttribute(Xenc11.SuppPubInfo) is not null || parameters.GetAttribute(Xenc11.SuppPrivInfo) is not null)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc11:ConcatKDFParams");
        }

        byte[] info =
            [.. Octets(parameters, Xenc11.AlgorithmId), .. Octets(parameters, Xenc11.PartyUInfo), .. Octets(parameters, Xenc11.PartyVInfo)];
        var key = Only(Only(originator, Ds.KeyValue, "xenc:OriginatorKeyInfo"), Dsig11.EcKeyValue, "ds:KeyValue");
        var curve = key.FirstChild;
        var point = Next(curve);
        if (point.IsNull || key.HasText || !curve.Is(Dsig11.NamedCurve) || !point.Is(Dsig11.PublicKey) || !point.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "dsig11:ECKeyValue");
        }

        var uri = KnownUris.Get(curve, Attr.Uri);
        return new AgreementMethod(digest, info,
            NamedCurve.Of(uri) ?? Fail.With<NamedCurve>(FailureCode.AlgorithmMismatch, "dsig11:NamedCurve", uri, EcdsaSignature.Curves),
            ElementValue.Base64(point, MaxPointBytes), SecurityTokenReferenceReader.ReadKeyInfo(recipient, protocol));
    }

    private static XmlElement Next(XmlElement element) => element.IsNull ? default : element.NextSibling;

    private static void RequireAlgorithm(XmlElement element, string expected, string what)
    {
        if (KnownUris.Get(element, Attr.Algorithm) is var found && found != expected)
        {
            Fail.With(FailureCode.AlgorithmMismatch, what, found, expected);
        }
    }

    private static XmlElement Only(XmlElement parent, XmlName name, string where)
    {
        var child = parent.FirstChild;
        return !child.IsNull && child.Is(name) && child.NextSibling.IsNull && !parent.HasText
            ? child
            : Fail.With<XmlElement>(FailureCode.MalformedSecurityElement, where);
    }

    /// <summary>A bit string: the first octet says how many bits of the last one are padding, and here it is none.</summary>
    private static byte[] Octets(XmlElement parameters, XmlName name)
    {
        var text = parameters.GetAttribute(name);
        var octets = text is { Length: >= 2 and <= 2 * MaxInfoBytes } && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "xenc11:ConcatKDFParams");
        return octets[0] == 0 ? octets[1..] : Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "xenc11:ConcatKDFParams");
    }
}
