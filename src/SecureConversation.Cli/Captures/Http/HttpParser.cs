using System.Globalization;
using System.Text;

namespace SecureConversation.Cli.Captures.Http;

/// <summary>Reads messages of HTTP/1.1 (RFC 9112) that follow each other in one direction of a connection.</summary>
internal static class HttpParser
{
    private const int MaxHeaders = 1000;
    private const int LongestMethod = 20;
    private const int LongestStartLine = 8192;

    /// <summary>Whether a message may begin here.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("HTTP/1."u8))
        {
            return true;
        }

        var space = bytes[..Math.Min(bytes.Length, LongestMethod)].IndexOf((byte)' ');
        if (space < 3 || bytes[..space].ContainsAnyExceptInRange((byte)'A', (byte)'Z'))
        {
            return false;
        }

        var end = bytes[..Math.Min(bytes.Length, LongestStartLine)].IndexOf((byte)'\n');
        return end > 0 && bytes[..end].TrimEnd((byte)'\r').IndexOf(" HTTP/1."u8) > 0;
    }

    /// <summary>The message that begins at an offset; null where there is none.</summary>
    /// <param name="bytes">What was sent in this direction, as far as it is known without a gap.</param>
    /// <param name="start">Where the message begins.</param>
    /// <param name="hasNoBody">Whether it has none in spite of its headers, as the reply to HEAD.</param>
    public static HttpMessage? Read(ReadOnlyMemory<byte> bytes, int start, bool hasNoBody = false)
    {
        var rest = bytes.Span[start..];
        if (!IsStart(rest) || EndOfHeaders(rest) is not { } headerBytes
            || ReadHeaders(Encoding.Latin1.GetString(rest[..headerBytes])) is not var (line, headers))
        {
            return null;
        }

        var message = new HttpMessage { StartLine = line, Headers = headers, Body = default, Start = start, End = start + headerBytes };
        var body = bytes[message.End..];
        if (hasNoBody || message.Status is (>= 100 and < 200) or 204 or 304)
        {
            return message;
        }

        if (message.Header("Transfer-Encoding") is { } coding && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            var chunks = ChunkedCoding.Decode(body);
            return message with { Body = chunks.Body, End = message.End + chunks.Length, Problem = chunks.Problem };
        }

        if (message.Header("Content-Length") is { } text)
        {
            return long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? WithLength(message, body, length)
                : message with { Problem = "Its Content-Length is no number.", End = bytes.Length };
        }

        // A reply without a length ends with the connection.
        return message.IsReply ? message with { Body = body, End = bytes.Length } : message;
    }

    private static HttpMessage WithLength(HttpMessage message, ReadOnlyMemory<byte> body, long length) => length <= body.Length
        ? message with { Body = body[..(int)length], End = message.End + (int)length }
        : message with
        {
            End = message.End + body.Length,
            Problem = string.Create(CultureInfo.InvariantCulture, $"The capture has {body.Length} of its {length} bytes."),
        };

    private static int? EndOfHeaders(ReadOnlySpan<byte> bytes)
    {
        var head = bytes[..Math.Min(bytes.Length, CaptureLimits.MaxHeaderBytes)];
        var crlf = head.IndexOf("\r\n\r\n"u8);
        var lf = head.IndexOf("\n\n"u8);
        return crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : null;
    }

    private static (string Line, List<(string Name, string Value)> Headers)? ReadHeaders(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length > MaxHeaders)
        {
            return null;
        }

        var headers = new List<(string Name, string Value)>();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
            }
        }

        return (lines[0].TrimEnd('\r'), headers);
    }
}
