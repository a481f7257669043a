using SecureConversation.Binding;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Outward;

/// <summary>The way to a secured service under one identity, with its sessions.</summary>
internal sealed class SecureChannel : IAsyncDisposable
{
    private readonly SecureConversationHandler _security;
    private readonly PlainReplies _plain;

    public SecureChannel(SecureConversationHttpOptions options, HttpMessageHandler transport)
    {
        _security = new SecureConversationHandler(options, new SharedTransport(transport));
        _plain = new PlainReplies(options.MessageVersion ?? MessageVersion.Default, _security);
        Invoker = new HttpMessageInvoker(_plain, disposeHandler: false);
    }

    public HttpMessageInvoker Invoker { get; }

    public void UpdateCredentials(Credentials.ClientCredentials credentials) => _security.UpdateCredentials(credentials);

    public async ValueTask DisposeAsync()
    {
        await _security.DisposeAsync().ConfigureAwait(false);
        _plain.Dispose();
        Invoker.Dispose();
    }

    /// <summary>Connections belong to the route, and outlive a channel.</summary>
    private sealed class SharedTransport(HttpMessageHandler transport) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _transport = new(transport, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _transport.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _transport.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
