using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>One ds:Reference of a signature.</summary>
/// <param name="Id">The Id that the URI names.</param>
/// <param name="InclusivePrefixes">The prefixes that its canonicalization treats inclusively, as a list in UTF-8.</param>
/// <param name="DereferencesToken">Whether the transform is the STR-Transform.</param>
/// <param name="DigestAlgorithm">The URI of the digest algorithm.</param>
/// <param name="Digests">An array in which the digest stands, with those of other references perhaps.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How many octets it has.</param>
internal readonly record struct SignedReference(
    XmlId Id,
    ReadOnlyMemory<byte> InclusivePrefixes,
    bool DereferencesToken,
    string DigestAlgorithm,
    byte[] Digests,
    ushort Start,
    byte Length)
{
    /// <summary>The digest.</summary>
    public ReadOnlySpan<byte> DigestValue => Digests.AsSpan(Start, Length);
}

/// <summary>
/// ds:Signature in the form that message security uses (XML Signature section 4). Children in another order are refused.
/// <code>
/// ds:Signature [@Id]
///   ds:SignedInfo                              required, at most MaxSignedInfoBytes
///     ds:CanonicalizationMethod @Algorithm     exclusive C14N [ec:InclusiveNamespaces]
///     ds:SignatureMethod @Algorithm            children are refused: HMACOutputLength would truncate
///     ds:Reference @URI="#id" +                at most Limits.MaxSignedParts; other URIs are refused
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
    /// <summary>The longest signature value: that of RSA with 4096 bits.</summary>
    public const int MaxSignatureBytes = 512;

    /// <summary>
    /// The longest ds:SignedInfo in bytes, as written and in canonical form. 100 references take less than half of it, the lists of
    /// prefixes at most <see cref="Xml.InclusivePrefixes.MaxListBytes"/>.
    /// </summary>
    public const int MaxSignedInfoBytes = 96 * 1024;

    internal const int MaxDigestBytes = 64;

    private readonly XmlElement _signedInfo;
    private readonly ReadOnlyMemory<byte> _inclusivePrefixes;
    private readonly ReadOnlyMemory<byte> _written;

    private SignatureElement(
        XmlElement element,
        XmlElement signedInfo,
        ReadOnlyMemory<byte> prefixes,
        string method,
        List<SignedReference> references,
        byte[] value,
        KeyReference key)
        : this(element.GetId(Attr.Id), default, method, references, value, key)
    {
        _signedInfo = signedInfo;
        _inclusivePrefixes = prefixes;
    }

    /// <summary>Creates one that was recognized (<see cref="WrittenForm"/>).</summary>
    /// <param name="id">Its Id; null when it has none.</param>
    /// <param name="written">What follows the start tag of its ds:SignedInfo, in canonical form.</param>
    /// <param name="method">The URI of the algorithm.</param>
    /// <param name="references">What it covers.</param>
    /// <param name="value">Its value.</param>
    /// <param name="key">The key that made it.</param>
    internal SignatureElement(
        XmlId? id, ReadOnlyMemory<byte> written, string method, List<SignedReference> references, byte[] value, KeyReference key)
    {
        Id = id;
        _written = written;
        SignatureMethod = method;
        References = references;
        Value = value;
        Key = key;
    }

    public XmlId? Id { get; }
    public string SignatureMethod { get; }
    public List<SignedReference> References { get; }
    public byte[] Value { get; }

    /// <summary>
    /// What of the value says that a message came before: all of it, and of ECDSA r alone. With (r, s) holds (r, n - s), which anybody can
    /// write, and only who signs chooses r.
    /// </summary>
    public byte[] ReplayValue => EcdsaSignature.IsMethod(SignatureMethod) ? Value[..(Value.Length / 2)] : Value;

    /// <summary>The key that made it.</summary>
    public KeyReference Key { get; }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static SignatureElement Read(XmlElement element, ProtocolVersion protocol, int maxReferences)
    {
        var signedInfo = Require(element.FirstChild, Ds.SignedInfo);
        var value = Require(signedInfo.NextSibling, Ds.SignatureValue);
        var keyInfo = Require(value.NextSibling, Ds.KeyInfo);
        RequireEnd(keyInfo);
        var key = SecurityTokenReferenceReader.ReadKeyInfo(keyInfo, protocol);
        if (signedInfo.End - signedInfo.Start > MaxSignedInfoBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "ds:SignedInfo");
        }

        var canonicalization = Require(signedInfo.FirstChild, Ds.CanonicalizationMethod);
        RequireAlgorithm(canonicalization, Uris.ExcC14N);
        var prefixes = ReadInclusiveNamespaces(canonicalization);

        var method = Require(canonicalization.NextSibling, Ds.SignatureMethod);
        if (!method.FirstChild.IsNull)
        {
            // HMACOutputLength would let a sender truncate the signature to a few bits (CVE-2009-0217).
            Fail.With(FailureCode.AlgorithmMismatch, "ds:HMACOutputLength");
        }

        var count = 0;
        for (var child = method.NextSibling; !child.IsNull && count < maxReferences; child = child.NextSibling)
        {
            count++;
        }

        var references = new List<SignedReference>(count);
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
            ElementValue.Base64(value, MaxSignatureBytes), key);
    }

    /// <summary>The canonical form of its ds:SignedInfo.</summary>
    public BufferSink Canonicalize()
    {
        if (_written.IsEmpty)
        {
            return SignatureVerification.Canonicalize(_signedInfo, _inclusivePrefixes);
        }

        var sink = new BufferSink(MaxSignedInfoBytes);
        sink.Write(WrittenForm.CanonicalStart);
        sink.Write(_written.Span);
        return sink;
    }

    private static SignedReference ReadReference(XmlElement element)
    {
        // Only "#id" is accepted: no external URI, no XPointer, no empty URI.
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

        var digest = ElementValue.Base64(digestValue, MaxDigestBytes);
        return new SignedReference(id, prefixes, dereferences, Algorithm(digestMethod), digest, Start: 0, (byte)digest.Length);
    }

    /// <summary>The prefix list of ec:InclusiveNamespaces, in UTF-8; empty where the element is absent.</summary>
    internal static ReadOnlyMemory<byte> ReadInclusiveNamespaces(XmlElement algorithm)
    {
        var child = algorithm.FirstChild;
        if (child.IsNull)
        {
            return default;
        }

        Require(child, Ds.InclusiveNamespaces);
        RequireEnd(child);
        var list = child.GetAttribute(Attr.PrefixList);
        if (list is { Length: > Xml.InclusivePrefixes.MaxListBytes })
        {
            Fail.With(FailureCode.LimitExceeded, "ec:InclusiveNamespaces/@PrefixList");
        }

        return list is null ? default : System.Text.Encoding.UTF8.GetBytes(list);
    }

    internal static string Algorithm(XmlElement element) =>
        KnownUris.Get(element, Attr.Algorithm) ?? Fail.With<string>(FailureCode.MalformedSecurityElement, "@Algorithm");

    private static void RequireAlgorithm(XmlElement element, string expected)
    {
        var algorithm = Algorithm(element);

        // A reference by "#id" excludes comments (XML Signature section 4.3.3.3), so WithComments makes no difference.
        if (algorithm != expected && algorithm != Uris.ExcC14NWithComments)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "canonicalization or transform", algorithm, expected);
        }
    }

    internal static XmlElement Require(XmlElement element, XmlName name)
    {
        if (element.IsNull || !element.Is(name))
        {
            Fail.With(FailureCode.MalformedSecurityElement, name.ToString());
        }

        return element;
    }

    internal static void RequireEnd(XmlElement last)
    {
        if (!last.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "unexpected element");
        }
    }
}
