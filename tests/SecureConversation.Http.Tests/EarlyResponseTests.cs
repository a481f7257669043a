using System.Net;
using System.Text;

namespace SecureConversation.Http.Tests;

/// <summary>A transport may still be writing the request when its response is there.</summary>
public sealed class EarlyResponseTests
{
    [Fact]
    public async Task Buffer_StaysUntilTheTransportHasWrittenIt()
    {
        var transport = new EarlyTransport();
        await using var client = new SecureConversationClient(new Uri("http://localhost/echo"), Credential.Options(Credential.Single()), transport);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Messages.Body));

        Assert.Contains("</s:Envelope>", Encoding.UTF8.GetString(transport.Stream.Written.Span), StringComparison.Ordinal);
        Assert.False(transport.Copy.IsCompleted);
        transport.Stream.Gate.SetResult();
        await transport.Copy;
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => transport.Content.CopyToAsync(Stream.Null));
    }

    private sealed class EarlyTransport : HttpMessageHandler
    {
        public SlowStream Stream { get; } = new();
        public HttpContent Content { get; private set; } = null!;
        public Task Copy { get; private set; } = Task.CompletedTask;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Content = request.Content!;
            Copy = Content.CopyToAsync(Stream, CancellationToken.None);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge));
        }
    }

    private sealed class SlowStream : MemoryStream
    {
        public TaskCompletionSource Gate { get; } = new();
        public ReadOnlyMemory<byte> Written { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written = buffer;
            await Gate.Task;
        }
    }
}
