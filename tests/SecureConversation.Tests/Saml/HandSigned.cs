using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Saml;

/// <summary>
/// Signs an assertion of any form, as an issuer who is trusted and careless could, or an attacker with a key of his own: only what a test
/// changes is wrong.
/// </summary>
internal sealed record HandSigned
{
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#";

    public string Uri { get; init; } = "#_assertion-1";
    public string Canonicalization { get; init; } = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public string SignatureMethod { get; init; } = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    public string MethodContent { get; init; } = "";
    public string DigestMethod { get; init; } = "http://www.w3.org/2001/04/xmlenc#sha256";
    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;
    public string Transforms { get; init; } = $"<Transform Algorithm=\"{Ds}enveloped-signature\"/><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    public string InclusivePrefixes { get; init; } = "";
    public string MoreReferences { get; init; } = "";
    public string AfterKeyInfo { get; init; } = "";
    public string? KeyInfo { get; init; }
    public X509Certificate2 Signer { get; init; } = Assertions.IssuerCertificate;

    /// <summary>Signs what a document has at [signature], which stands in it once.</summary>
    public byte[] Sign(string assertion)
    {
        Assert.Single(assertion.Split("[signature]")[1..]);
        var digest = Digest(assertion.Replace("[signature]", "", StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(assertion.Replace("[signature]", Signature(digest), StringComparison.Ordinal));
    }

    /// <summary>The digest of an element in canonical form.</summary>
    public byte[] Digest(string element)
    {
        var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(element), XmlLimits.Default);
        using var sink = new BufferSink(1 << 20);
        ExclusiveCanonicalizer.Canonicalize(index.Root, Encoding.UTF8.GetBytes(InclusivePrefixes), CanonicalForm.Recommendation, sink);
        return CryptographicOperations.HashData(Hash, sink.WrittenSpan);
    }

    public string Signature(byte[] digest)
    {
        var signedInfo = $"<SignedInfo xmlns=\"{Ds}\"><CanonicalizationMethod Algorithm=\"{Canonicalization}\"></CanonicalizationMethod>"
            + $"<SignatureMethod Algorithm=\"{SignatureMethod}\">{MethodContent}</SignatureMethod><Reference URI=\"{Uri}\"><Transforms>{Transforms}</Transforms>"
            + $"<DigestMethod Algorithm=\"{DigestMethod}\"></DigestMethod><DigestValue>{Convert.ToBase64String(digest)}</DigestValue></Reference>"
            + $"{MoreReferences}</SignedInfo>";
        var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(signedInfo), XmlLimits.Default);
        using var sink = new BufferSink(1 << 20);
        ExclusiveCanonicalizer.Canonicalize(index.Root, default, CanonicalForm.Recommendation, sink);
        using var key = Signer.GetRSAPrivateKey()!;
        var value = Convert.ToBase64String(key.SignData(sink.WrittenSpan, Hash, RSASignaturePadding.Pkcs1));
        var keyInfo = KeyInfo ?? $"<X509Data><X509Certificate>{Convert.ToBase64String(Signer.RawData)}</X509Certificate></X509Data>";
        return $"<Signature xmlns=\"{Ds}\">{signedInfo}<SignatureValue>{value}</SignatureValue><KeyInfo>{keyInfo}</KeyInfo>{AfterKeyInfo}</Signature>";
    }
}
