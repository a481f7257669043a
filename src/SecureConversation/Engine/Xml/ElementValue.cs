using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>Reads the simple content of elements, with limits on its length. Child elements are refused.</summary>
internal static class ElementValue
{
    public static byte[] Base64(XmlElement element, int maxBytes)
    {
        RequireNoChildren(element);
        var length = element.ContentEnd - element.ContentStart;
        // White space is legal in base64. Four times the decoded size leaves enough room for it.
        if (length > maxBytes * 4L)
        {
            Fail.With(FailureCode.LimitExceeded, "base64 value");
        }

        var buffer = Buffers.Rent<byte>((length / 4 * 3) + 3);
        try
        {
            return element.TryDecodeBase64(buffer, out var written) && written <= maxBytes
                ? buffer.AsSpan(0, written).ToArray()
                : Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "base64 value");
        }
        finally
        {
            // The value may be entropy or a key.
            CryptographicOperations.ZeroMemory(buffer);
            Buffers.Return(buffer);
        }
    }

    public static byte[] Hex(XmlElement element, int maxBytes)
    {
        RequireNoChildren(element);
        var text = element.GetText().Trim();
        if (text.Length > maxBytes * 2 || text.Length % 2 != 0)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "hex value");
        }

        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            return Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "hex value");
        }
    }

    /// <summary>Reads a non-negative decimal integer that fits into an int.</summary>
    public static int Number(XmlElement element)
    {
        RequireNoChildren(element);
        var text = element.RawText;
        return text.Length <= 32 && int.TryParse(text.Trim(" \t\r\n"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : Fail.With<int>(FailureCode.MalformedSecurityElement, "number");
    }

    /// <summary>A text; the known one where the octets are the same.</summary>
    public static string StringOf(ReadOnlySpan<byte> utf8, string? known) =>
        known is not null && known.Length == utf8.Length && Ascii.Equals(utf8, known) ? known : Encoding.UTF8.GetString(utf8);

    /// <summary>Reads a text that is not empty.</summary>
    /// <param name="element">The element.</param>
    /// <param name="maxLength">The greatest number of characters.</param>
    /// <param name="known">What the text may be, so that no other string is made of the same octets; null when nothing is known.</param>
    public static string Text(XmlElement element, int maxLength, string? known = null)
    {
        RequireNoChildren(element);
        var text = StringOf(element.RawText, known).Trim();
        return text.Length is > 0 && text.Length <= maxLength
            ? text
            : Fail.With<string>(FailureCode.MalformedSecurityElement, "text value");
    }

    private static void RequireNoChildren(XmlElement element)
    {
        if (!element.FirstChild.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "simple content expected");
        }
    }
}
