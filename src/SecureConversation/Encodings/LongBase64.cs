using System.Buffers.Text;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// Finds the values of an envelope that WCF writes as octets in MTOM and in the binary encoding: those of e:CipherValue and
/// o:BinarySecurityToken. Only base64 in canonical form counts (XOP 1.0 section 2), so that whoever makes the text again gets the same.
/// </summary>
internal static class LongBase64
{
    private const int Quantum = 4;

    /// <summary>The ranges of the characters, in their order.</summary>
    /// <param name="envelope">UTF-8 that was made or accepted here.</param>
    /// <param name="leastOctets">Values of fewer octets are left out.</param>
    public static List<Range> Find(ReadOnlySpan<byte> envelope, int leastOctets)
    {
        var found = new List<Range>();
        var tokens = new Utf8XmlTokenizer(envelope, XmlLimits.Known, 0, envelope.Length);
        try
        {
            tokens.ReadProlog();
            var text = default(Range?);
            var isSought = false;
            while (tokens.Read())
            {
                switch (tokens.Kind)
                {
                    case XmlTokenKind.StartTag:
                        isSought = !tokens.IsEmptyElement
                            && IsName(envelope[(tokens.NameEnd - tokens.LocalLength)..tokens.NameEnd]);
                        text = null;
                        break;
                    case XmlTokenKind.Text when isSought && text is null && !tokens.HasReferences:
                        text = tokens.ContentStart..tokens.ContentEnd;
                        break;
                    case XmlTokenKind.EndTag:
                        if (isSought && text is { } range && OctetsOf(envelope[range]) >= leastOctets)
                        {
                            found.Add(range);
                        }

                        isSought = false;
                        break;
                    default:
                        isSought = false;
                        break;
                }
            }

            return found;
        }
        finally
        {
            tokens.Dispose();
        }
    }

    /// <summary>How many octets the base64 stands for; -1 where it is not in canonical form.</summary>
    public static int OctetsOf(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length % Quantum != 0 || !Base64.IsValid(text, out var octets)
            || (octets + 2L) / 3 * Quantum != text.Length)
        {
            return -1;
        }

        // Bits beyond the last octet must be zero: only then is the text the one that an encoder makes.
        Span<byte> last = stackalloc byte[3];
        Span<byte> again = stackalloc byte[Quantum];
        Base64.DecodeFromUtf8(text[^Quantum..], last, out _, out var count);
        Base64.EncodeToUtf8(last[..count], again, out _, out _);
        return again.SequenceEqual(text[^Quantum..]) ? octets : -1;
    }

    /// <summary>Whether a local name is one of those whose values are sought.</summary>
    public static bool IsName(string local) => local is "CipherValue" or "BinarySecurityToken";

    private static bool IsName(ReadOnlySpan<byte> local) =>
        local.SequenceEqual("CipherValue"u8) || local.SequenceEqual("BinarySecurityToken"u8);
}
