using System.Globalization;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures.Http;

namespace SecureConversation.Cli.Captures;

/// <summary>Reads files that are one body each, or one message of HTTP with its headers.</summary>
internal static partial class RawReader
{
    public static Capture Read(string name, ReadOnlyMemory<byte> bytes, string? contentType = null)
    {
        var builder = new CaptureBuilder();
        builder.Add(Entity(name, name, bytes) with { ContentType = contentType });
        return builder.ToCapture(name, "one body");
    }

    public static Capture ReadHttp(string name, ReadOnlyMemory<byte> bytes)
    {
        var builder = new CaptureBuilder();
        var at = 0;
        while (at < bytes.Length && !builder.IsFull && HttpParser.Read(bytes, at) is { } message)
        {
            at = message.End;
            if (message.Status is not (>= 100 and < 200))
            {
                var source = string.Create(CultureInfo.InvariantCulture, $"{name}: byte {message.Start}");
                new HttpExchange { Request = message.IsReply ? null : message, Reply = message.IsReply ? message : null }
                    .AddTo(builder, source, source);
            }
        }

        return builder.ToCapture(name, "HTTP messages");
    }

    /// <summary>The body; names like 01-request.xml say what it is.</summary>
    public static CapturedEntity Entity(string source, string path, ReadOnlyMemory<byte> bytes)
    {
        var name = Path.GetFileName(path);
        return new CapturedEntity
        {
            Source = source,
            Body = bytes,
            Direction = Request().IsMatch(name) ? MessageDirection.ClientToService
                : Reply().IsMatch(name) ? MessageDirection.ServiceToClient : null,
            Exchange = Number().Match(name) is { Success: true } match
                ? int.Parse(match.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null,
        };
    }

    [GeneratedRegex(@"(?<![a-z])(?:request|req)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Request();

    [GeneratedRegex(@"(?<![a-z])(?:response|reply|resp|fault)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reply();

    [GeneratedRegex(@"^\d{1,6}(?=\D)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
