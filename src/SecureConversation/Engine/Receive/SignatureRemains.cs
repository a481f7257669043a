using System.Buffers;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Finds ds:SignedInfo and ds:SignatureValue in what was decrypted and is no ds:Signature. Whoever changes the ciphertext to see whether
/// it is accepted has to leave these two as they were. They are looked for as text, since around them there may be anything; a message
/// that could be accepted has no tags of these names before theirs: attributes and text hold no "&lt;", and comments are refused.
/// </summary>
internal static class SignatureRemains
{
    // No prefix of a signature is longer.
    private const int MaxPrefix = 64;

    private static readonly SearchValues<byte> NoPrefix = SearchValues.Create(" \t\r\n<>/=\"':!?"u8);

    private static ReadOnlySpan<byte> Namespace => "=\"http://www.w3.org/2000/09/xmldsig#\""u8;

    private static ReadOnlySpan<byte> End => "</Signature></w>"u8;

    /// <summary>Writes a document with both in a ds:Signature; with nothing but an end tag where they are not there.</summary>
    /// <param name="wrapper">A start tag w that declares the namespaces in scope.</param>
    /// <param name="plain">What was decrypted.</param>
    public static PooledBytes Write(ReadOnlySpan<byte> wrapper, ReadOnlySpan<byte> plain)
    {
        var output = new PooledBytes(wrapper.Length + plain.Length + 256);
        output.Write(wrapper);
        var start = FindTag(plain, "SignedInfo"u8, isEnd: false);
        var end = start < 0 ? -1 : FindTag(plain[start..], "SignatureValue"u8, isEnd: true);
        if (end >= 0)
        {
            var found = plain.Slice(start, end);
            output.Write("<Signature xmlns"u8);
            output.Write(Namespace);
            if (found[1..].IndexOf((byte)':') is > 0 and var colon && colon < found.IndexOf("SignedInfo"u8))
            {
                // The start tag of the signature, where this prefix was declared, is not there.
                output.Write(" xmlns:"u8);
                output.Write(found.Slice(1, colon));
                output.Write(Namespace);
            }

            output.Write(">"u8);
            output.Write(found);
            output.Write(End);
        }
        else
        {
            output.Write("</w>"u8);
        }

        return output;
    }

    /// <summary>Where the first start tag of that name begins, or the first end tag ends; -1 when there is none.</summary>
    private static int FindTag(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, bool isEnd)
    {
        var open = isEnd ? "</"u8 : "<"u8;
        for (var from = 0; text[from..].IndexOf(name) is >= 0 and var found; from += found + name.Length)
        {
            var at = from + found;
            var after = at + name.Length;
            var start = text[..at].LastIndexOf(open);
            if (start < 0 || !IsPrefix(text[(start + open.Length)..at]))
            {
                continue;
            }

            var rest = text[after..].TrimStart(" \t\r\n"u8);
            if (!isEnd && (rest.Length < text.Length - after || rest.StartsWith(">"u8)))
            {
                return start;
            }

            if (isEnd && rest.StartsWith(">"u8))
            {
                return text.Length - rest.Length + 1;
            }
        }

        return -1;
    }

    /// <summary>Whether this can stand between the beginning of a tag and a local name: nothing, or a prefix with its colon.</summary>
    private static bool IsPrefix(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text.Length <= MaxPrefix && text[^1] == (byte)':' && !text[..^1].ContainsAny(NoPrefix));
}
