using SecureConversation.Cli.Captures.Http;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Reads the requests and replies of a connection.</summary>
internal static class ConnectionReader
{
    private const string Gap = "The capture misses packets of it.";

    public static void Read(TcpConnection connection, string source, CaptureBuilder builder)
    {
        var (client, service, server) = connection.Sides();
        if (client.Count == 0 && service.Count == 0)
        {
            return;
        }

        if (Unreadable(client.Count > 0 ? client[0].Bytes : service[0].Bytes) is { } reason)
        {
            builder.PassOver(reason);
            return;
        }

        var requests = Messages(client, _ => false);
        var heads = new HashSet<int>();
        for (var i = 0; i < requests.Count; i++)
        {
            if (requests[i].Message.Method == "HEAD")
            {
                heads.Add(i);
            }
        }

        var replies = Messages(service, heads.Contains).FindAll(reply => reply.Message.Status is not (>= 100 and < 200));
        if (requests.Count == 0 && replies.Count == 0)
        {
            builder.PassOver("connections that do not speak HTTP/1.1");
            return;
        }

        var isWhole = client.Count <= 1 && service.Count <= 1;
        var (number, exchanges) = (0, Pair(requests, replies, isWhole));
        foreach (var (request, reply) in exchanges)
        {
            number++;
            if (request?.Message.Method == "CONNECT")
            {
                builder.PassOver("tunnels through a proxy, most likely under TLS");
                continue;
            }

            new HttpExchange
            {
                Request = request?.Message,
                Reply = reply?.Message,
                RequestInstant = request?.Instant,
                ReplyInstant = reply?.Instant,
                Server = server.ToString(),
            }.AddTo(builder, $"{source}, request {number}", $"{source}, reply {number}");
        }
    }

    private static string? Unreadable(ReadOnlySpan<byte> start) =>
        start is [0x16, 0x03, ..] ? "connections under TLS, which hides what they carry: record before it, "
            + "or with secureconversation listen"
        : start.StartsWith("PRI * HTTP/2"u8) ? "connections of HTTP/2, which are not read"
        : start is [0x00, 0x01, 0x00, 0x01, ..] ? "connections of net.tcp, which are not read"
        : null;

    private static List<Timed> Messages(IReadOnlyList<TcpRun> runs, Func<int, bool> isReplyToHead)
    {
        var messages = new List<Timed>();
        var final = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            int? at = 0;
            while (at is { } start && start < run.Bytes.Length && messages.Count < CaptureLimits.MaxMessages)
            {
                if (HttpParser.Read(run.Bytes, start, isReplyToHead(final)) is not { } message)
                {
                    // In the middle of a message: the next one begins with a segment.
                    at = run.NextSegment(start + 1);
                    continue;
                }

                var endsInGap = i < runs.Count - 1 && message.End == run.Bytes.Length;
                var isCut = endsInGap && (message.Problem is not null || EndsWithConnection(message));
                messages.Add(new Timed(isCut ? message with { Problem = Gap, Body = default } : message, run.InstantAt(message.End - 1)));
                final += message.Status is >= 100 and < 200 ? 0 : 1;

                // After this the connection speaks another protocol.
                at = message.Status == 101 || message.Method == "CONNECT" ? null : message.End;
            }
        }

        return messages;
    }

    private static bool EndsWithConnection(HttpMessage message) => message.IsReply && message.Body.Length > 0
        && message.Header("Content-Length") is null && message.Header("Transfer-Encoding") is null;

    // Replies come in the order of the requests. Where packets are missing that order is not known, and the time decides.
    private static IEnumerable<(Timed? Request, Timed? Reply)> Pair(List<Timed> requests, List<Timed> replies, bool isWhole)
    {
        if (isWhole)
        {
            for (var i = 0; i < Math.Max(requests.Count, replies.Count); i++)
            {
                yield return (requests.ElementAtOrDefault(i), replies.ElementAtOrDefault(i));
            }

            yield break;
        }

        var next = 0;
        Timed? open = null;
        foreach (var reply in replies)
        {
            while (next < requests.Count && requests[next].Instant <= reply.Instant)
            {
                if (open is not null)
                {
                    yield return (open, null);
                }

                open = requests[next++];
            }

            yield return (open, reply);
            open = null;
        }

        if (open is not null)
        {
            yield return (open, null);
        }

        for (; next < requests.Count; next++)
        {
            yield return (requests[next], null);
        }
    }

    private sealed record Timed(HttpMessage Message, DateTimeOffset? Instant);
}
