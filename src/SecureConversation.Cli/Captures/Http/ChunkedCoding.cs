using System.Globalization;
using System.Text;

namespace SecureConversation.Cli.Captures.Http;

/// <summary>The chunked transfer coding (RFC 9112 section 7.1).</summary>
internal static class ChunkedCoding
{
    private const int LongestLine = 4096;

    /// <summary>The content of the chunks, how many bytes they took, and why they are not whole.</summary>
    public static (ReadOnlyMemory<byte> Body, int Length, string? Problem) Decode(ReadOnlyMemory<byte> bytes)
    {
        using var content = new MemoryStream();
        var at = 0;
        while (true)
        {
            if (Line(bytes.Span, at) is not { } line)
            {
                return (default, bytes.Length, "The capture ends within its chunks.");
            }

            at += line.Length;
            var size = line.Text.Split(';')[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
            {
                return (default, bytes.Length, "The size of one of its chunks is no number.");
            }

            if (length == 0)
            {
                return (content.ToArray(), AfterTrailers(bytes.Span, at), null);
            }

            if (length > bytes.Length - at)
            {
                return (default, bytes.Length, "The capture ends within its chunks.");
            }

            content.Write(bytes.Span.Slice(at, length));
            at += length;
            at += Line(bytes.Span, at) is { Text.Length: 0 } end ? end.Length : 0;
        }
    }

    private static int AfterTrailers(ReadOnlySpan<byte> bytes, int at)
    {
        while (Line(bytes, at) is { } line)
        {
            at += line.Length;
            if (line.Text.Length == 0)
            {
                break;
            }
        }

        return at;
    }

    private static (string Text, int Length)? Line(ReadOnlySpan<byte> bytes, int at)
    {
        var rest = bytes.Slice(at, Math.Min(bytes.Length - at, LongestLine));
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? null : (Encoding.Latin1.GetString(rest[..end].TrimEnd((byte)'\r')), end + 1);
    }
}
