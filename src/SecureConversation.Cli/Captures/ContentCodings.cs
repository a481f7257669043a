using System.IO.Compression;

namespace SecureConversation.Cli.Captures;

/// <summary>Content codings of HTTP (RFC 9110 section 8.4.1).</summary>
internal static class ContentCodings
{
    private const int MostCodings = 4;

    /// <summary>The body without its codings; a problem where it cannot be had.</summary>
    /// <param name="body">The body as it went over the wire.</param>
    /// <param name="codings">The header Content-Encoding: the codings in the order in which they were applied.</param>
    /// <param name="count">Is told how many bytes each coding gave; null where nobody counts.</param>
    public static (ReadOnlyMemory<byte> Body, string? Problem) Decode(
        ReadOnlyMemory<byte> body, string codings, Action<long>? count = null)
    {
        var names = codings.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MostCodings)
        {
            return (default, $"It has more than {MostCodings} content codings.");
        }

        foreach (var name in names.Reverse())
        {
            try
            {
                body = DecodeOne(body, name.ToLowerInvariant(), count);
            }
            catch (InvalidDataException e)
            {
                return (default, $"Its content coding {Plain.Text(name)} cannot be undone: {e.Message}");
            }
        }

        return (body, null);
    }

    private static ReadOnlyMemory<byte> DecodeOne(ReadOnlyMemory<byte> body, string name, Action<long>? count) => name switch
    {
        "identity" => body,
        "gzip" or "x-gzip" => Inflate(body, count, input => new GZipStream(input, CompressionMode.Decompress)),
        "br" => Inflate(body, count, input => new BrotliStream(input, CompressionMode.Decompress)),
        "deflate" => InflateDeflate(body, count),
        _ => throw new InvalidDataException("it is not known."),
    };

    // The name means zlib; some peers leave its header out.
    private static ReadOnlyMemory<byte> InflateDeflate(ReadOnlyMemory<byte> body, Action<long>? count)
    {
        var span = body.Span;
        var isZlib = span.Length >= 2 && (span[0] & 0x0F) == 8 && ((span[0] << 8) | span[1]) % 31 == 0;
        return isZlib
            ? Inflate(body, count, input => new ZLibStream(input, CompressionMode.Decompress))
            : Inflate(body, count, input => new DeflateStream(input, CompressionMode.Decompress));
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> body, Action<long>? count, Func<Stream, Stream> open)
    {
        using var coded = new MemoryStream(body.ToArray(), writable: false);
        using var plain = open(coded);
        return LimitedReading.TryReadAll(plain, CaptureLimits.MaxBodyBytes, count)
            ?? throw new InvalidDataException($"it holds more than {CaptureLimits.Mebibytes(CaptureLimits.MaxBodyBytes)}.");
    }
}
