using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Encodings;

/// <summary>
/// Writes an envelope as a package of MTOM, as WCF does: the root part first, then each long base64 value as a part of octets, in the
/// order of the envelope. The octets of the parts are made while they are sent.
/// </summary>
internal static class MtomWriter
{
    /// <summary>From so many octets on WCF makes a value a part.</summary>
    public const int LeastPart = 768;

    private const string RootId = "http://tempuri.org/0";

    /// <summary>The segments of the package, and its Content-Type.</summary>
    /// <param name="envelope">UTF-8 that was made here; must stay unchanged until the segments are sent.</param>
    /// <param name="version">Its versions.</param>
    /// <param name="action">The action for the Content-Type; null for none.</param>
    public static (string ContentType, List<EncodedSegment> Segments) Write(
        ReadOnlyMemory<byte> envelope, MessageVersion version, string? action)
    {
        var values = LongBase64.Find(envelope.Span, LeastPart);
        // Nobody else may know it beforehand: a boundary must not stand in a part.
        var boundary = $"uuid:{Guid.NewGuid():D}+id=1";
        var unique = RandomNumberGenerator.GetInt32(int.MaxValue);
        var segments = new List<EncodedSegment>((values.Count * 4) + 4)
        {
            Text($"\r\n--{boundary}\r\nContent-ID: <{RootId}>\r\nContent-Transfer-Encoding: 8bit\r\n"
                + $"Content-Type: {MultipartType.Xop};charset=utf-8;type=\"{version.MediaType}\"\r\n\r\n"),
        };

        var position = 0;
        for (var i = 0; i < values.Count; i++)
        {
            var (start, end) = (values[i].Start.Value, values[i].End.Value);
            segments.Add(new(envelope[position..start], IsBase64: false));
            segments.Add(Text($"<xop:Include href=\"cid:{PartId(i, unique)}\" xmlns:xop=\"http://www.w3.org/2004/08/xop/include\"/>"));
            position = end;
        }

        segments.Add(new(envelope[position..], IsBase64: false));
        for (var i = 0; i < values.Count; i++)
        {
            segments.Add(Text($"\r\n--{boundary}\r\nContent-ID: <{PartId(i, unique)}>\r\nContent-Transfer-Encoding: binary\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n"));
            segments.Add(new(envelope[values[i]], IsBase64: true));
        }

        segments.Add(Text($"\r\n--{boundary}--\r\n"));
        var parameter = action is null ? "" : $";action=\"{action}\"";
        return ($"{MultipartType.Multipart}; type=\"{MultipartType.Xop}\";start=\"<{RootId}>\";boundary=\"{boundary}\""
            + $";start-info=\"{version.MediaType}\"{parameter}", segments);
    }

    private static string PartId(int index, int unique) =>
        string.Create(CultureInfo.InvariantCulture, $"http://tempuri.org/{index + 1}/{unique}");

    private static EncodedSegment Text(string text) => new(Encoding.ASCII.GetBytes(text), IsBase64: false);
}
