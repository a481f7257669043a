using System.Globalization;
using System.IO.Compression;
using System.Text;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Messages of HTTP/1.1 as they go over a connection.</summary>
internal static class HttpBytes
{
    public static byte[] Request(VectorMessage message, string target = "/echo") =>
        [.. Encoding.Latin1.GetBytes($"POST {target} HTTP/1.1\r\nHost: example.org:8080\r\nContent-Type: {message.ContentType}\r\n"
            + $"Content-Length: {message.ReadBytes().Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. message.ReadBytes()];

    public static byte[] Reply(VectorMessage? message) => message is null ? "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray()
        : [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {message.ContentType}\r\n"
            + $"Content-Length: {message.ReadBytes().Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. message.ReadBytes()];

    /// <summary>In chunks and under a coding.</summary>
    public static byte[] CodedReply(VectorMessage message, string coding)
    {
        var body = Encode(message.ReadBytes(), coding);
        var output = new MemoryStream();
        output.Write(Encoding.Latin1.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: {message.ContentType}\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n"));
        foreach (var chunk in body.Chunk(301))
        {
            output.Write(Encoding.Latin1.GetBytes($"{chunk.Length.ToString("x", CultureInfo.InvariantCulture)};a=b\r\n"));
            output.Write(chunk);
            output.Write("\r\n"u8);
        }

        output.Write("0\r\nTrailer: x\r\n\r\n"u8);
        return output.ToArray();
    }

    private static byte[] Encode(byte[] body, string coding)
    {
        var output = new MemoryStream();
        using (Stream coded = coding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            coded.Write(body);
        }

        return output.ToArray();
    }
}
