using System.Globalization;
using System.Security.Cryptography;
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

    public static string Text(XmlElement element, int maxLength)
    {
        RequireNoChildren(element);
        var text = element.GetText().Trim();
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
