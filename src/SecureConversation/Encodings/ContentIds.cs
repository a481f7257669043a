using System.Text;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Encodings;

/// <summary>Content-IDs of parts and the URLs that refer to them (RFC 2392).</summary>
internal static class ContentIds
{
    // WCF takes as much.
    private const int MaxBytes = 1024;

    private static ReadOnlySpan<byte> Scheme => "cid:"u8;

    /// <summary>
    /// The Content-ID that an href means. It never leaves the package: a URL of any other scheme is refused. An escape is undone once, so
    /// that two ways to write an id mean one part.
    /// </summary>
    public static string OfReference(ReadOnlySpan<byte> href)
    {
        if (href.Length > MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "href of xop:Include", expected: FailureText.AtMost(MaxBytes));
        }

        if (href.Length <= Scheme.Length || !Ascii.EqualsIgnoreCase(href[..Scheme.Length], Scheme))
        {
            Fail.With(FailureCode.MalformedPackage, "href of xop:Include", expected: "a cid URL");
        }

        Span<byte> id = stackalloc byte[MaxBytes];
        var length = 0;
        for (var rest = href[Scheme.Length..]; !rest.IsEmpty; length++)
        {
            id[length] = rest[0] == '%' ? Escape(rest) : rest[0];
            rest = rest[(rest[0] == '%' ? 3 : 1)..];
        }

        id = id[..length];
        if (id.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Fail.With(FailureCode.MalformedPackage, "href of xop:Include", expected: "characters of a Content-ID");
        }

        return Encoding.ASCII.GetString(id);
    }

    private static byte Escape(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || !char.IsAsciiHexDigit((char)text[1]) || !char.IsAsciiHexDigit((char)text[2]))
        {
            Fail.With(FailureCode.MalformedPackage, "href of xop:Include", expected: "% and two hexadecimal digits");
        }

        return byte.Parse(text.Slice(1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, provider: null);
    }
}
