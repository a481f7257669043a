using System.Net;
using System.Net.Http.Headers;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>A verified reply: status, action and plain envelope.</summary>
internal sealed record SoapResult(HttpStatusCode Status, string? Action, string Envelope, bool IsFault);

/// <summary>The engine's client over HttpClient.</summary>
internal sealed class SoapClient(
    HttpClient http, Uri address, MessageSecurityBinding binding, SecureConversation.Credentials.ClientCredentials? credentials = null)
{
    private readonly MessageSecurityClient _client = new(binding, credentials ?? Endpoints.ClientCredentials);

    public MessageVersion Version => binding.MessageVersion;

    /// <summary>The address with the name that the certificate of the service carries.</summary>
    private Uri To { get; } = new UriBuilder(address) { Host = Envelopes.To.Host }.Uri;

    public ValueTask EnsureIssuedTokensAsync() => _client.EnsureIssuedTokensAsync(To, CancellationToken.None);

    public async Task<ClientSession> OpenAsync(CancellationToken cancellationToken = default)
    {
        using var request = _client.StartSession(To);
        using var response = await PostAsync(request.Envelope, cancellationToken: cancellationToken);
        return request.Complete(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public async Task CancelAsync(ClientSession session)
    {
        using var cancel = session.StartCancel();
        using var response = await PostAsync(cancel.Envelope);
        cancel.Complete(await response.Content.ReadAsByteArrayAsync());
    }

    public SecuredRequest Secure(ClientSession? session, byte[]? plain = null)
    {
        var addressed = Envelopes.Utf8(Envelopes.Text(plain ?? Envelopes.Request(Version)).Replace($">{Envelopes.To}</a:To>", $">{To}</a:To>", StringComparison.Ordinal));
        return session?.Secure(addressed) ?? _client.Secure(addressed, To);
    }

    /// <summary>One call; verifies the reply.</summary>
    public async Task<SoapResult> CallAsync(ClientSession? session = null, byte[]? plain = null, Action<HttpRequestMessage>? vary = null)
    {
        using var request = Secure(session, plain);
        using var response = await PostAsync(request.Envelope, vary);
        Assert.Equal($"{Version.MediaType}; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.NotNull(response.Content.Headers.ContentLength);
        using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
        return new SoapResult(response.StatusCode, reply.Action, Envelopes.Text(reply.Envelope), reply.IsFault);
    }

    /// <summary>A session for one call.</summary>
    public async Task<SoapResult> CallOnceAsync(byte[]? plain = null, Action<HttpRequestMessage>? vary = null)
    {
        using var session = binding.EstablishesSession ? await OpenAsync() : null;
        return await CallAsync(session, plain, vary);
    }

    public async Task<HttpResponseMessage> PostAsync(ReadOnlyMemory<byte> entity, Action<HttpRequestMessage>? vary = null, CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(entity) };
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse($"{Version.MediaType}; charset=utf-8");
        vary?.Invoke(message);
        return await http.SendAsync(message, cancellationToken);
    }
}
