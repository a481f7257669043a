using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures.Http;

/// <summary>A request and its reply, either of which may be missing.</summary>
internal sealed record HttpExchange
{
    public HttpMessage? Request { get; init; }

    public HttpMessage? Reply { get; init; }

    public DateTimeOffset? RequestInstant { get; init; }

    public DateTimeOffset? ReplyInstant { get; init; }

    /// <summary>The server of the connection: name or address and port.</summary>
    public string? Server { get; init; }

    /// <summary>Adds the bodies of both.</summary>
    /// <param name="builder">What they are added to.</param>
    /// <param name="requestSource">Where the request is, in words.</param>
    /// <param name="replySource">Where the reply is, in words.</param>
    public void AddTo(CaptureBuilder builder, string requestSource, string replySource)
    {
        var number = builder.NextExchange();
        var address = Request?.Address(Server);
        Add(builder, Request, MessageDirection.ClientToService, RequestInstant, requestSource, number, address);
        Add(builder, Reply, MessageDirection.ServiceToClient, ReplyInstant, replySource, number, address);
    }

    private static void Add(CaptureBuilder builder, HttpMessage? message, MessageDirection direction, DateTimeOffset? instant,
        string source, int number, Uri? address)
    {
        if (message is null)
        {
            return;
        }

        builder.Add(new CapturedEntity
        {
            Source = source,
            Body = message.Body,
            Direction = direction,
            Instant = instant,
            Exchange = number,
            Address = address,
            ContentType = message.Header("Content-Type"),
            ContentEncoding = message.Header("Content-Encoding"),
            SoapAction = message.Header("SOAPAction"),
            HttpStatus = message.Status,
            Problem = message.Problem,
        });
    }
}
