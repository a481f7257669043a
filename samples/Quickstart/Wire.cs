
using SecureConversation.Binding;

namespace Quickstart;

/// <summary>A message as it was on the wire.</summary>
internal sealed record Recorded(MessageDirection Direction, byte[] Body, string? ContentType, DateTimeOffset At, string? Note)
{
    /// <summary>Where a request went to.</summary>
    public Uri? Address { get; init; }

    /// <summary>The status of a reply.</summary>
    public int? Status { get; init; }
}

/// <summary>Somebody between client and service, below the security of the client: records all messages and may change one.</summary>
internal sealed class Wire
{
    private readonly List<Recorded> _messages = [];

    public IReadOnlyList<Recorded> Messages => _messages;

    /// <summary>Changes the next request, once.</summary>
    public Func<byte[], byte[]>? Tamper { get; set; }

    /// <summary>What is remarkable about the next request, for the account.</summary>
    public string? Note { get; set; }

    public Recorded LastRequest => _messages.Last(m => m.Direction == MessageDirection.ClientToService);

    public Recorded LastReply => _messages.Last(m => m.Direction == MessageDirection.ServiceToClient);

    public HttpMessageHandler CreateTransport() => new Tap(this);

    private sealed class Tap(Wire wire) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            if (wire.Tamper is { } tamper)
            {
                wire.Tamper = null;
                body = tamper(body);
                request.Content = Replace(request.Content, body);
            }

            wire._messages.Add(new Recorded(MessageDirection.ClientToService, body, request.Content.Headers.ContentType?.ToString(), DateTimeOffset.UtcNow, wire.Note) { Address = request.RequestUri });
            wire.Note = null;
            var response = await base.SendAsync(request, cancellationToken);
            var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            wire._messages.Add(new Recorded(MessageDirection.ServiceToClient, reply, response.Content.Headers.ContentType?.ToString(), DateTimeOffset.UtcNow, null) { Status = (int)response.StatusCode });
            return response;
        }

        private static ByteArrayContent Replace(HttpContent original, byte[] body)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = original.Headers.ContentType;
            return content;
        }
    }
}
