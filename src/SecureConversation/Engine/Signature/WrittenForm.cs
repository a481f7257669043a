using System.Buffers;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>
/// Recognizes a ds:Signature by a symmetric key that is octet for octet in the form in which <see cref="SignatureWriter"/> writes it.
/// Between its constant octets there is room for Ids, prefixes and base64 of known lengths only, so it has one meaning, and its
/// ds:SignedInfo is canonical but for the declaration that it inherits. What has any other form is read as XML
/// (<see cref="SignatureElement.Read"/>), which reads this form alike.
/// </summary>
internal ref struct WrittenForm
{
    // As in SealedForm; WCF's Ids are shorter.
    private const int MaxId = 64;

    private const int MaxUri = 128;

    // The end tag is filled up with spaces before it is encrypted.
    private const int MaxSpaces = 15;

    private static readonly SearchValues<byte> OfIds =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    private static readonly SearchValues<byte> OfUris =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/#"u8);

    private static readonly SearchValues<byte> OfPrefixes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._# "u8);

    private readonly ReadOnlyMemory<byte> _octets;
    private readonly ReadOnlySpan<byte> _span;
    private readonly SecurityAlgorithmSuite _suite;
    private int _position;

    private WrittenForm(ReadOnlyMemory<byte> octets, SecurityAlgorithmSuite suite)
    {
        _octets = octets;
        _span = octets.Span;
        _suite = suite;
    }

    /// <summary>The canonical form of a ds:SignedInfo begins with this; what follows is as it stands in the signature.</summary>
    public static ReadOnlySpan<byte> CanonicalStart => "<SignedInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"u8;

    /// <summary>Reads a signature; null when it has another form, algorithm or length.</summary>
    /// <param name="octets">The element. The result refers to it.</param>
    /// <param name="suite">The suite whose algorithms it has.</param>
    /// <param name="maxReferences">How many references it may have.</param>
    public static SignatureElement? Read(ReadOnlyMemory<byte> octets, SecurityAlgorithmSuite suite, int maxReferences) =>
        new WrittenForm(octets, suite).Read(maxReferences);

    private SignatureElement? Read(int maxReferences)
    {
        XmlId? id = null;
        if (!Skip("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\""u8)
            || (Skip(" Id=\""u8) && (id = TakeId()) is null)
            || !Skip("><SignedInfo>"u8))
        {
            return null;
        }

        var start = _position;
        if (!Skip("<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></CanonicalizationMethod>"u8
                + "<SignatureMethod Algorithm=\""u8)
            || !Skip(_suite.SymmetricSignature.Uri) || !Skip("\"></SignatureMethod>"u8))
        {
            return null;
        }

        var references = new List<SignedReference>(8);
        while (Skip("<Reference URI=\"#"u8))
        {
            if (references.Count == maxReferences || !TryTakeReference(out var reference))
            {
                return null;
            }

            references.Add(reference);
        }

        if (references.Count == 0 || !Skip("</SignedInfo>"u8)
            || _position - start + CanonicalStart.Length > SignatureElement.MaxSignedInfoBytes)
        {
            return null;
        }

        var canonical = _octets[start.._position];
        var value = new byte[_suite.SymmetricSignature.Size];
        return Skip("<SignatureValue>"u8) && TakeBase64(value) && Skip("</SignatureValue><KeyInfo>"u8)
            && TakeKey() is { } key && Skip("</KeyInfo></Signature"u8) && IsAtEnd()
            ? new SignatureElement(id, canonical, _suite.SymmetricSignature.Uri, references, value, key)
            : null;
    }

    /// <summary>What follows the # of a ds:Reference.</summary>
    private bool TryTakeReference(out SignedReference reference)
    {
        reference = default;
        if (TakeId() is not { } id
            || !Skip("><Transforms><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"u8)
            || !TryTakePrefixes(out var prefixes)
            || !Skip("</Transform></Transforms><DigestMethod Algorithm=\""u8)
            || !Skip(_suite.Digest.Uri) || !Skip("\"></DigestMethod><DigestValue>"u8))
        {
            return false;
        }

        var digest = new byte[_suite.Digest.Size];
        if (!TakeBase64(digest) || !Skip("</DigestValue></Reference>"u8))
        {
            return false;
        }

        reference = new SignedReference(id, prefixes, DereferencesToken: false, _suite.Digest.Uri, digest);
        return true;
    }

    private bool TryTakePrefixes(out ReadOnlyMemory<byte> prefixes)
    {
        prefixes = default;
        return !Skip("<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\""u8)
            || (TryTake(OfPrefixes, InclusivePrefixes.MaxListBytes, out prefixes) && Skip("></InclusiveNamespaces>"u8));
    }

    private KeyReference? TakeKey()
    {
        if (!Skip("<o:SecurityTokenReference "u8
                + "xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"u8
                + "<o:Reference URI=\"#"u8)
            || TakeId() is not { } id)
        {
            return null;
        }

        // The Basic Security Profile asks for the type, which says nothing that the token itself does not.
        if (Skip(" ValueType=\""u8) && !(TryTake(OfUris, MaxUri, out var type) && KnownUris.IsKnown(type.Span)))
        {
            return null;
        }

        return Skip("></o:Reference></o:SecurityTokenReference>"u8) ? new KeyReference(KeyReferenceKind.LocalId) { LocalId = id } : null;
    }

    /// <summary>An Id and the quotation mark after it.</summary>
    private XmlId? TakeId() => TryTake(OfIds, MaxId, out var id) ? new XmlId(id) : null;

    private bool TryTake(SearchValues<byte> allowed, int most, out ReadOnlyMemory<byte> taken)
    {
        var length = _span[_position..].IndexOfAnyExcept(allowed);
        taken = length > 0 && length <= most ? _octets.Slice(_position, length) : default;
        _position += Math.Max(length, 0);
        return !taken.IsEmpty && Skip("\""u8);
    }

    /// <summary>Base64 without white space, of just as many octets.</summary>
    private bool TakeBase64(Span<byte> destination)
    {
        var length = (destination.Length + 2) / 3 * 4;
        if (_span.Length - _position < length
            || !XmlCharacterData.TryDecodeBase64(_span.Slice(_position, length), destination, out var written)
            || written != destination.Length)
        {
            return false;
        }

        _position += length;
        return true;
    }

    private bool IsAtEnd()
    {
        var rest = _span[_position..];
        return rest.Length is > 0 and <= MaxSpaces + 1 && rest[^1] == (byte)'>' && rest[..^1].IndexOfAnyExcept((byte)' ') < 0;
    }

    private bool Skip(ReadOnlySpan<byte> expected)
    {
        if (!_span[_position..].StartsWith(expected))
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }

    private bool Skip(string expected)
    {
        var rest = _span[_position..];
        if (rest.Length < expected.Length || !Ascii.Equals(rest[..expected.Length], expected))
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }
}
