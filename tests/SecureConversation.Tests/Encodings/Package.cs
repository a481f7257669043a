using System.Text;

namespace SecureConversation.Tests.Encodings;

/// <summary>A package of MTOM, put together by hand.</summary>
internal sealed class Package
{
    public const string Xop = "xmlns:x=\"http://www.w3.org/2004/08/xop/include\"";

    private readonly List<byte[]> _parts = [];

    public string Boundary { get; init; } = "b";

    public string ContentType { get; init; } =
        "multipart/related; type=\"application/xop+xml\";start=\"<root>\";boundary=\"b\";start-info=\"application/soap+xml\"";

    public static string Include(string href) => $"<x:Include {Xop} href=\"{href}\"/>";

    public static Package Of(string root, params string[] ids)
    {
        var package = new Package().Root(root);
        foreach (var id in ids)
        {
            package.Part(id, "octets"u8.ToArray());
        }

        return package;
    }

    public Package Root(string xml, string type = "application/xop+xml;charset=utf-8;type=\"application/soap+xml\"") =>
        Raw($"Content-ID: <root>\r\nContent-Transfer-Encoding: 8bit\r\nContent-Type: {type}\r\n\r\n", Encoding.UTF8.GetBytes(xml));

    public Package Part(string id, byte[] octets) =>
        Raw($"Content-ID: <{id}>\r\nContent-Transfer-Encoding: binary\r\nContent-Type: application/octet-stream\r\n\r\n", octets);

    public Package Raw(string headers, byte[] octets)
    {
        _parts.Add([.. Encoding.Latin1.GetBytes(headers), .. octets]);
        return this;
    }

    public byte[] ToArray(string end = "--\r\n")
    {
        using var stream = new MemoryStream();
        foreach (var part in _parts)
        {
            stream.Write(Encoding.Latin1.GetBytes($"\r\n--{Boundary}\r\n"));
            stream.Write(part);
        }

        stream.Write(Encoding.Latin1.GetBytes($"\r\n--{Boundary}{end}"));
        return stream.ToArray();
    }

    /// <summary>The text that the package stands for.</summary>
    public string Read(int maxBytes = int.MaxValue) => Read(ToArray(), maxBytes);

    public string Read(byte[] entity, int maxBytes = int.MaxValue)
    {
        using var decoded = EnvelopeEncoding.Decode(entity, ContentType, maxBytes);
        return Encoding.UTF8.GetString(decoded.Envelope.Span);
    }
}
