using System.Globalization;
using System.Text;
using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Captures;

/// <summary>Reads what <see cref="FileMessageLog"/> writes: one JSON object a line.</summary>
internal static class MessageLogReader
{
    private const int MostBrokenLines = 20;

    public static Capture Read(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var builder = new CaptureBuilder();
        using var reader = new StreamReader(new MemoryStream(bytes.ToArray(), writable: false), Encoding.UTF8);
        var (number, broken) = (0, 0);
        while (!builder.IsFull && reader.ReadLine() is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            if (LoggedMessageFormat.TryRead(line) is { } message)
            {
                builder.Add(ToCaptured(message, string.Create(CultureInfo.InvariantCulture, $"{name}: line {number} ({message.Source})")));
            }
            else if (++broken <= MostBrokenLines)
            {
                builder.Note(string.Create(CultureInfo.InvariantCulture, $"line {number} is no logged message, or not whole"));
            }
        }

        return builder.ToCapture(name, "message log of SecureConversation");
    }

    private static CapturedMessage ToCaptured(LoggedMessage message, string source) => new()
    {
        Source = source,
        Body = message.Envelope,
        Direction = message.Direction,
        Instant = message.Instant,
        TransportAction = message.Action,
        IsInClear = message.Source is MessageLoggingSource.ServiceLevelSend or MessageLoggingSource.ServiceLevelReceive,
        Problem = message.Omitted is { } reason ? $"The log left it out: {reason}" : null,
    };
}
