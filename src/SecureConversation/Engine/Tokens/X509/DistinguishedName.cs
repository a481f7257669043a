using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Compares an issuer name in text form with the name in a certificate (Deviation D3). Platforms write order, quotes, escapes, types and
/// letters differently, and some lose quotation marks, so names are the same when their attributes are, in whatever order. The serial
/// number decides among the certificates that are known; the name has to be no other.
/// </summary>
internal static class DistinguishedName
{
    /// <summary>Whether both names have the same attributes; null when the text cannot be read as a name.</summary>
    public static bool? SameName(string written, X500DistinguishedName name)
    {
        if (DistinguishedNameReader.Read(written) is not { } attributes)
        {
            return null;
        }

        var left = AttributesOf(name);
        // An attribute whose type nobody here knows may stand for any, so the others choose first.
        foreach (var attribute in attributes.OrderBy(a => a.Type is null))
        {
            var index = left.FindIndex(a => (attribute.Type is null || attribute.Type == a.Type) && attribute.Value == a.Value);
            if (index < 0)
            {
                return false;
            }

            left.RemoveAt(index);
        }

        return left.Count == 0;
    }

    /// <summary>Whether the types of all attributes are known. Others could be any text.</summary>
    public static bool IsPlain(string written) =>
        DistinguishedNameReader.Read(written)?.TrueForAll(attribute => attribute.Type is not null) == true;

    /// <summary>
    /// The form of a value in which spellings of it are equal: without regard to case, to the amount of white space (RFC 4518 section 2)
    /// and to the characters that platforms lose or add when they quote.
    /// </summary>
    public static string Fold(string value)
    {
        var folded = new StringBuilder(value.Length);
        foreach (var c in Normalize(value))
        {
            if (char.IsWhiteSpace(c))
            {
                if (folded.Length > 0 && folded[^1] != ' ')
                {
                    folded.Append(' ');
                }
            }
            else if (c is not ('"' or '\\'))
            {
                folded.Append(char.ToUpperInvariant(c));
            }
        }

        return folded.ToString().TrimEnd();
    }

    /// <summary>The folded text of a value in DER; its octets in hexadecimal when it is no text.</summary>
    public static string FoldEncoded(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.BER);
            var tag = reader.PeekTag();
            if (tag.TagClass == TagClass.Universal && TextOf(reader, (UniversalTagNumber)tag.TagValue) is { } text)
            {
                reader.ThrowIfNotEmpty();
                return Fold(text);
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            // The octets of an ill-formed value are as good as any.
        }

        return "#" + Convert.ToHexString(der.Span);
    }

    private static string Normalize(string value)
    {
        try
        {
            return value.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // XML and ASN.1 have code points that are no characters, which have no form.
            return value;
        }
    }

    private static string? TextOf(AsnReader reader, UniversalTagNumber tag) => tag switch
    {
        UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
            or UniversalTagNumber.NumericString or UniversalTagNumber.VisibleString or UniversalTagNumber.BMPString
            or UniversalTagNumber.TeletexString => reader.ReadCharacterString(tag),
        UniversalTagNumber.UniversalString => new UTF32Encoding(bigEndian: true, byteOrderMark: false)
            .GetString(reader.ReadEncodedValue().Span[2..]),
        _ => null,
    };

    private static List<NameAttribute> AttributesOf(X500DistinguishedName name)
    {
        var attributes = new List<NameAttribute>();
        try
        {
            var parts = new AsnReader(name.RawData, AsnEncodingRules.BER).ReadSequence();
            while (parts.HasData)
            {
                var values = parts.ReadSetOf(skipSortOrderValidation: true);
                while (values.HasData)
                {
                    var attribute = values.ReadSequence();
                    attributes.Add(new NameAttribute(attribute.ReadObjectIdentifier(), FoldEncoded(attribute.ReadEncodedValue())));
                }
            }
        }
        catch (AsnContentException)
        {
            // The platform has read the certificate, so this does not happen; and no name equals part of another.
            attributes.Add(new NameAttribute("", ""));
        }

        return attributes;
    }
}

/// <summary>One attribute of a distinguished name.</summary>
/// <param name="Type">Its object identifier; null when the keyword of its type is not known.</param>
/// <param name="Value">Its folded value.</param>
internal readonly record struct NameAttribute(string? Type, string Value);
