using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>
/// ds:Signature as a child of the element that it signs, as assertions have it (SAML 2.0 core section 5.4, SAML 1.1 section 5.4). Children
/// in another order are refused.
/// <code>
/// ds:Signature [@Id]
///   ds:SignedInfo                              required, at most MaxSignedInfoBytes
///     ds:CanonicalizationMethod @Algorithm     exclusive C14N [ec:InclusiveNamespaces]
///     ds:SignatureMethod @Algorithm            RSA; children are refused
///     ds:Reference @URI="#id"                  exactly one; it names the parent by the parent's own Id
///       ds:Transforms                          exactly two
///         ds:Transform @Algorithm              enveloped-signature, without children
///         ds:Transform @Algorithm              exclusive C14N [ec:InclusiveNamespaces]
///       ds:DigestMethod @Algorithm
///       ds:DigestValue
///   ds:SignatureValue
///   ds:KeyInfo                                 required; its reader is the caller's
///   ds:Object                                  refused
/// </code>
/// The parent is what is digested: nothing is looked up by the Id.
/// </summary>
internal sealed class EnvelopedSignature
{
    private readonly XmlElement _element;
    private readonly XmlElement _signedInfo;
    private readonly ReadOnlyMemory<byte> _signedInfoPrefixes;
    private readonly ReadOnlyMemory<byte> _prefixes;
    private readonly byte[] _digest;
    private readonly byte[] _value;

    private EnvelopedSignature(
        XmlElement element,
        XmlElement signedInfo,
        ReadOnlyMemory<byte> signedInfoPrefixes,
        ReadOnlyMemory<byte> prefixes,
        string method,
        string digestMethod,
        byte[] digest,
        byte[] value,
        XmlElement keyInfo)
    {
        _element = element;
        _signedInfo = signedInfo;
        _signedInfoPrefixes = signedInfoPrefixes;
        _prefixes = prefixes;
        _digest = digest;
        _value = value;
        SignatureMethod = method;
        DigestMethod = digestMethod;
        KeyInfo = keyInfo;
    }

    public string SignatureMethod { get; }
    public string DigestMethod { get; }

    /// <summary>The ds:KeyInfo.</summary>
    public XmlElement KeyInfo { get; }

    /// <summary>Reads the signature of an element.</summary>
    /// <param name="element">The ds:Signature.</param>
    /// <param name="id">The Id of its parent.</param>
    /// <exception cref="SecurityFailureException">The element has another shape, or signs something else.</exception>
    public static EnvelopedSignature Read(XmlElement element, XmlId id)
    {
        var signedInfo = SignatureElement.Require(element.FirstChild, Ds.SignedInfo);
        var value = SignatureElement.Require(signedInfo.NextSibling, Ds.SignatureValue);
        var keyInfo = SignatureElement.Require(value.NextSibling, Ds.KeyInfo);
        SignatureElement.RequireEnd(keyInfo);
        if (signedInfo.End - signedInfo.Start > SignatureElement.MaxSignedInfoBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "ds:SignedInfo");
        }

        var canonicalization = SignatureElement.Require(signedInfo.FirstChild, Ds.CanonicalizationMethod);
        RequireAlgorithm(canonicalization, Uris.ExcC14N);
        var method = SignatureElement.Require(canonicalization.NextSibling, Ds.SignatureMethod);
        var reference = SignatureElement.Require(method.NextSibling, Ds.Reference);
        SignatureElement.RequireEnd(reference);
        if (!method.FirstChild.IsNull)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "child of ds:SignatureMethod");
        }

        // An empty URI would mean the whole message, another Id another element.
        if (XmlId.OfReference(reference, Attr.Uri) != id)
        {
            Fail.With(FailureCode.UnresolvedReference, "ds:Reference/@URI of an assertion", reference.GetAttribute(Attr.Uri), $"#{id}");
        }

        var transforms = SignatureElement.Require(reference.FirstChild, Ds.Transforms);
        var enveloped = SignatureElement.Require(transforms.FirstChild, Ds.Transform);
        var exclusive = SignatureElement.Require(enveloped.NextSibling, Ds.Transform);
        SignatureElement.RequireEnd(exclusive);
        RequireAlgorithm(enveloped, Uris.EnvelopedSignature);
        RequireAlgorithm(exclusive, Uris.ExcC14N);
        if (!enveloped.FirstChild.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "child of ds:Transform");
        }

        var digestMethod = SignatureElement.Require(transforms.NextSibling, Ds.DigestMethod);
        var digestValue = SignatureElement.Require(digestMethod.NextSibling, Ds.DigestValue);
        SignatureElement.RequireEnd(digestValue);
        return new EnvelopedSignature(
            element,
            signedInfo,
            SignatureElement.ReadInclusiveNamespaces(canonicalization),
            SignatureElement.ReadInclusiveNamespaces(exclusive),
            SignatureElement.Algorithm(method),
            SignatureElement.Algorithm(digestMethod),
            ElementValue.Base64(digestValue, SignatureElement.MaxDigestBytes),
            ElementValue.Base64(value, SignatureElement.MaxSignatureBytes),
            keyInfo);
    }

    /// <summary>Requires that the value holds under the key, and the digest for the parent of the signature.</summary>
    /// <param name="key">The key. Its length was judged.</param>
    /// <param name="method">The algorithm of <see cref="SignatureMethod"/>.</param>
    /// <param name="digestMethod">The algorithm of <see cref="DigestMethod"/>.</param>
    /// <exception cref="SecurityFailureException">One of them is wrong.</exception>
    public void Require(RSA key, AsymmetricSignatureAlgorithm method, DigestAlgorithm digestMethod)
    {
        using (var canonical = SignatureVerification.Canonicalize(_signedInfo, _signedInfoPrefixes))
        {
            if (!RsaSignature.Verify(key, method, canonical.WrittenSpan, _value))
            {
                Fail.With(FailureCode.SignatureMismatch, "ds:SignatureValue of an assertion");
            }
        }

        using var digest = new ReferenceDigest(digestMethod);
        if (digest.Match(_element.Parent, _prefixes.Span, _digest, omitted: _element) is null)
        {
            Fail.With(FailureCode.DigestMismatch, "ds:Reference of an assertion", $"another digest of {_element.Parent.Describe()}");
        }
    }

    private static void RequireAlgorithm(XmlElement element, string expected)
    {
        var algorithm = SignatureElement.Algorithm(element);
        if (algorithm != expected)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "canonicalization or transform of an assertion", algorithm, expected);
        }
    }
}
