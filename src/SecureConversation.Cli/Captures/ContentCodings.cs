using System.IO.Compression;

namespace SecureConversation.Cli.Captures;

/// <summary>Content codings of HTTP (RFC 9110 section 8.4.1).</summary>
internal static class ContentCodings
{
    private const int MostCodings = 4;

    /// <summary>The body without its codings; a problem where it cannot be had.</summary>
    /// <param name="body">The body as it went over the wire.</param>
    /// <param name="codings">The header Content-Encoding: the codings in the order in which they were applied.</param>
    public static (ReadOnlyMemory<byte> Body, string? Problem) Decode(ReadOnlyMemory<byte> body, string codings)
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
                body = DecodeOne(body, name.ToLowerInvariant());
            }
            catch (InvalidDataException e)
            {
                return (default, $"Its content coding {Plain.Text(name)} cannot be undone: {e.Message}");
            }
        }

        return (body, null);
    }

    private static ReadOnlyMemory<byte> DecodeOne(ReadOnlyMemory<byte> body, string name) => name switch
    {
        "identity" => body,
        "gzip" or "x-gzip" => Inflate(body, input => new GZipStream(input, CompressionMode.Decompress)),
        "br" => Inflate(body, input => new BrotliStream(input, CompressionMode.Decompress)),
        "deflate" => InflateDeflate(body),
        _ => throw new InvalidDataException("it is not known."),
    };

    // The name means zlib; some peers leave its header out.
    private static ReadOnlyMemory<byte> InflateDeflate(ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        var isZlib = span.Length >= 2 && (span[0] & 0x0F) == 8 && ((span[0] << 8) | span[1]) % 31 == 0;
        return isZlib
            ? Inflate(body, input => new ZLibStream(input, CompressionMode.Decompress))
            : Inflate(body, input => new DeflateStream(input, CompressionMode.Decompress));
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> body, Func<Stream, Stream> open)
    {
        using var coded = new MemoryStream(body.ToArray(), writable: false);
        using var plain = open(coded);
        return LimitedReading.TryReadAll(plain, CaptureLimits.MaxBodyBytes)
            ?? throw new InvalidDataException($"it holds more than {CaptureLimits.Mebibytes(CaptureLimits.MaxBodyBytes)}.");
    }
}
