using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// k:EncapsulationMethod in the KeyInfo of an EncryptedKey: the encapsulation of the secret that the wrapping key is derived from. No
/// specification has it, so the names are those of this library. What the derivation takes in is not said: the receiver knows all of it.
/// <code>
/// k:EncapsulationMethod @Algorithm             ML-KEM-768 or ML-KEM-1024
///   ds:DigestMethod @Algorithm                 the digest of ConcatKDF
///   k:Encapsulation                            1088 or 1568 octets, in base64
///   e:RecipientKeyInfo                         names the certificate of the receiver, as ds:KeyInfo does
/// </code>
/// All of it is required, in this order, and nothing else may be there.
/// </summary>
internal sealed class EncapsulationMethod
{
    private EncapsulationMethod(MLKemParameters parameters, string digest, byte[] encapsulation, KeyReference recipient) =>
        (Parameters, DigestUri, Encapsulation, Recipient) = (parameters, digest, encapsulation, recipient);

    /// <summary>The parameter set.</summary>
    public MLKemParameters Parameters { get; }

    /// <summary>The digest of the derivation.</summary>
    public string DigestUri { get; }

    /// <summary>The encapsulation, of the length that the parameter set has.</summary>
    public byte[] Encapsulation { get; }

    /// <summary>The certificate whose key it is for.</summary>
    public KeyReference Recipient { get; }

    /// <summary>Reads the only child of a KeyInfo; null where this is something else.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape, or another algorithm.</exception>
    public static EncapsulationMethod? Read(XmlElement keyInfo, ProtocolVersion protocol)
    {
        var method = keyInfo.FirstChild;
        if (method.IsNull || !method.Is(Kem.EncapsulationMethod))
        {
            return null;
        }

        var digest = method.FirstChild;
        var encapsulation = Next(digest);
        var recipient = Next(encapsulation);
        if (keyInfo.HasText || method.HasText || !method.NextSibling.IsNull || recipient.IsNull || !recipient.NextSibling.IsNull
            || !digest.Is(Ds.DigestMethod) || !encapsulation.Is(Kem.Encapsulation) || !recipient.Is(Xenc.RecipientKeyInfo))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "EncapsulationMethod");
        }

        var uri = KnownUris.Get(method, Attr.Algorithm);
        var parameters = MLKemParameters.Of(uri) ?? Fail.With<MLKemParameters>(
            FailureCode.AlgorithmMismatch, "key encapsulation", uri, $"{AlgorithmUris.MLKem768} or {AlgorithmUris.MLKem1024}");
        var octets = ElementValue.Base64(encapsulation, MLKemParameters.MLKem1024.CiphertextBytes);
        if (octets.Length != parameters.CiphertextBytes)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "Encapsulation", FailureText.Of(octets.Length, "octets"),
                FailureText.Of(parameters.CiphertextBytes, "octets"));
        }

        return new EncapsulationMethod(parameters, KnownUris.Get(digest, Attr.Algorithm) ?? "", octets,
            SecurityTokenReferenceReader.ReadKeyInfo(recipient, protocol));
    }

    private static XmlElement Next(XmlElement element) => element.IsNull ? default : element.NextSibling;
}
