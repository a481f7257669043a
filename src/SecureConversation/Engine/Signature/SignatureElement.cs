using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>One ds:Reference: an Id, the prefixes its canonicalization treats inclusively, and the digest.</summary>
internal readonly record struct SignedReference(XmlId Id, ReadOnlyMemory<byte> InclusivePrefixes, bool DereferencesToken, string DigestAlgorithm, byte[] DigestValue);

/// <summary>
/// ds:Signature as message security uses it (XML Signature section 4).
/// <code>
/// ds:Signature [@Id]
///   ds:SignedInfo
///     ds:CanonicalizationMethod @Algorithm     exclusive C14N [ec:InclusiveNamespaces]
///     ds:SignatureMethod @Algorithm            no HMACOutputLength: truncation is refused
///     ds:Reference @URI="#id" +
///       ds:Transforms / ds:Transform           exactly one: exclusive C14N or STR-Transform
///       ds:DigestMethod @Algorithm
///       ds:DigestValue
///   ds:SignatureValue
///   ds:KeyInfo                                 required
///   ds:Object                                  refused
/// </code>
/// </summary>
internal sealed class SignatureElement
{
    private const int MaxSignatureBytes = 512; // RSA 4096
    private const int MaxDigestBytes = 64;

    // It is searched for each prefix that the signed elements declare.
    private const int MaxPrefixList = 2048;

    private SignatureElement(XmlElement element, XmlElement signedInfo, ReadOnlyMemory<byte> prefixes, string method,
        List<SignedReference> references, byte[] value, KeyReference key)
    {
        Element = element;
        SignedInfo = signedInfo;
        InclusivePrefixes = prefixes;
        SignatureMethod = method;
        References = references;
        Value = value;
        Key = key;
        Id = element.GetId(Attr.Id);
    }

    public XmlElement Element { get; }
    public XmlId? Id { get; }
    public XmlElement SignedInfo { get; }
    public ReadOnlyMemory<byte> InclusivePrefixes { get; }
    public string SignatureMethod { get; }
    public List<SignedReference> References { get; }
    public byte[] Value { get; }
    public KeyReference Key { get; }

    public static SignatureElement Read(XmlElement element, ProtocolVersion protocol, int maxReferences)
    {
        var signedInfo = Require(element.FirstChild, Ds.SignedInfo);
        var value = Require(signedInfo.NextSibling, Ds.SignatureValue);
        var keyInfo = Require(value.NextSibling, Ds.KeyInfo);
        RequireEnd(keyInfo);

        var canonicalization = Require(signedInfo.FirstChild, Ds.CanonicalizationMethod);
        RequireAlgorithm(canonicalization, Uris.ExcC14N);
        var prefixes = ReadInclusiveNamespaces(canonicalization);

        var method = Require(canonicalization.NextSibling, Ds.SignatureMethod);
        if (!method.FirstChild.IsNull)
        {
            // HMACOutputLength: truncated signatures are refused (CVE-2009-0217).
            Fail.With(FailureCode.AlgorithmMismatch, "ds:HMACOutputLength");
        }

        var references = new List<SignedReference>(10);
        for (var child = method.NextSibling; !child.IsNull; child = child.NextSibling)
        {
            if (references.Count == maxReferences)
            {
                Fail.With(FailureCode.LimitExceeded, "ds:Reference");
            }

            references.Add(ReadReference(Require(child, Ds.Reference)));
        }

        if (references.Count == 0)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "ds:SignedInfo");
        }

        return new SignatureElement(element, signedInfo, prefixes, Algorithm(method), references,
            ElementValue.Base64(value, MaxSignatureBytes), SecurityTokenReferenceReader.ReadKeyInfo(keyInfo, protocol));
    }

    private static SignedReference ReadReference(XmlElement element)
    {
        // Same-document references by Id only: no external URIs, no XPointer, no empty URI.
        if (XmlId.OfReference(element, Attr.Uri) is not { } id)
        {
            return Fail.With<SignedReference>(FailureCode.UnresolvedReference, "ds:Reference/@URI");
        }

        var transforms = Require(element.FirstChild, Ds.Transforms);
        var transform = Require(transforms.FirstChild, Ds.Transform);
        RequireEnd(transform);
        var digestMethod = Require(transforms.NextSibling, Ds.DigestMethod);
        var digestValue = Require(digestMethod.NextSibling, Ds.DigestValue);
        RequireEnd(digestValue);

        var dereferences = Algorithm(transform) == Uris.StrTransform;
        var prefixes = ReadOnlyMemory<byte>.Empty;
        if (dereferences)
        {
            var parameters = Require(transform.FirstChild, Wsse.TransformationParameters);
            var canonicalization = Require(parameters.FirstChild, Ds.CanonicalizationMethod);
            RequireAlgorithm(canonicalization, Uris.ExcC14N);
            prefixes = ReadInclusiveNamespaces(canonicalization);
        }
        else
        {
            RequireAlgorithm(transform, Uris.ExcC14N);
            prefixes = ReadInclusiveNamespaces(transform);
        }

        return new SignedReference(id, prefixes, dereferences, Algorithm(digestMethod), ElementValue.Base64(digestValue, MaxDigestBytes));
    }

    private static ReadOnlyMemory<byte> ReadInclusiveNamespaces(XmlElement algorithm)
    {
        var child = algorithm.FirstChild;
        if (child.IsNull)
        {
            return default;
        }

        Require(child, Ds.InclusiveNamespaces);
        RequireEnd(child);
        var list = child.GetAttribute(Attr.PrefixList);
        if (list is { Length: > MaxPrefixList })
        {
            Fail.With(FailureCode.LimitExceeded, "ec:InclusiveNamespaces/@PrefixList");
        }

        return list is null ? default : System.Text.Encoding.UTF8.GetBytes(list);
    }

    private static string Algorithm(XmlElement element) =>
        KnownUris.Get(element, Attr.Algorithm) ?? Fail.With<string>(FailureCode.MalformedSecurityElement, "@Algorithm");

    private static void RequireAlgorithm(XmlElement element, string expected)
    {
        var algorithm = Algorithm(element);
        // WithComments differs only for XPointer references, which are refused above.
        if (algorithm != expected && algorithm != Uris.ExcC14NWithComments)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "canonicalization or transform");
        }
    }

    private static XmlElement Require(XmlElement element, XmlName name)
    {
        if (element.IsNull || !element.Is(name))
        {
            Fail.With(FailureCode.MalformedSecurityElement, name.ToString());
        }

        return element;
    }

    private static void RequireEnd(XmlElement last)
    {
        if (!last.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "unexpected element");
        }
    }
}
