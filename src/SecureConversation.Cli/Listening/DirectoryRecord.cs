using System.Globalization;

namespace SecureConversation.Cli.Listening;

/// <summary>Writes each body to a file of its own: 0001-request.xml, 0001-response.xml.</summary>
internal sealed class DirectoryRecord(string directory) : IExchangeRecord
{
    private int _number;

    public void Write(RecordedExchange exchange)
    {
        _number++;
        Write("request", exchange.Request.Body);
        Write("response", exchange.Reply.Body);
    }

    public void Dispose()
    {
    }

    private void Write(string what, ReadOnlyMemory<byte> body)
    {
        if (body.Length > 0)
        {
            using var file = PrivateFile.Create(
                Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{_number:D4}-{what}.xml")));
            file.Write(body.Span);
        }
    }
}
