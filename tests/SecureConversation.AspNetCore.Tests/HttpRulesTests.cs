using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>What is answered before, or in place of, the application. No request here may reach it unless the test says so.</summary>
public sealed class HttpRulesTests
{
    private static readonly SecureConversationRequestDelegate Unreachable = _ => throw new InvalidOperationException("Not to be reached.");

    private static readonly SecureConversationRequestDelegate Reply = _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("HEAD")]
    public async Task OtherMethod_Is405(string method)
    {
        await using var host = await KestrelHost.StartAsync(s => s.AddSecureConversation(Endpoints.With(Endpoints.Session)), app =>
        {
            app.MapSecureConversation("/echo", Unreachable);
            app.MapSecureConversation("/branch", branch => branch.Run(_ => throw new InvalidOperationException("Not to be reached.")));
            app.UseSecureConversation("/middleware");
        });
        foreach (var path in new[] { "/echo", "/branch", "/middleware" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await host.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["POST"], response.Content.Headers.Allow);
        }
    }

    [Theory]
    [InlineData("text/xml; charset=utf-8")]
    [InlineData("application/xml")]
    [InlineData("multipart/related; type=\"application/xop+xml\"")]
    [InlineData("application/soap+xml; charset=iso-8859-1")]
    [InlineData(null)]
    public async Task OtherContentType_Is415(string? type) =>
        await RefusedAsync(415, Envelopes.Request(), content => content.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type));

    /// <summary>The engine refuses it, so that it is told to the owner and waits as any other.</summary>
    [Theory]
    [InlineData(MessageEncoding.Mtom, "multipart/related; type=\"application/xop+xml\"; boundary=b; start-info=\"application/soap+xml\"", "MalformedPackage")]
    [InlineData(MessageEncoding.Binary, "application/soap+msbin1", "NotWellFormed")]
    public async Task BodyThatIsNotItsContentType_Is400AndToldToTheOwner(MessageEncoding encoding, string type, string code)
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable, o => o.MessageEncoding = encoding);
        using var content = new ByteArrayContent("nothing"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await host.Http.PostAsync(new Uri(host.Address, "/echo"), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(host.Log.Entries, entry => entry.Text.Contains(code, StringComparison.Ordinal));
    }

    /// <summary>Anybody can send such requests, as many as he likes.</summary>
    [Fact]
    public async Task Log_OfManyRefusals_HasAFewAndTheirNumber()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock).AddSecureConversation(Endpoints.With(Endpoints.Session)),
            app => app.MapSecureConversation("/echo", Unreachable));
        for (var i = 0; i < 50; i++)
        {
            using var content = new StringContent("x");
            using var response = await host.Http.PostAsync(new Uri(host.Address, "/echo"), content);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        }

        Assert.Equal(10, host.Log.Entries.Count(e => e.Id == 316));
        var text = host.Log.Entries.First(e => e.Id == 316).Text;
        Assert.Contains("Content-Type text/plain; charset=utf-8, Content-Encoding none. Expected: Content-Type application/soap+xml", text, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", text, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("40 more", Assert.Single(host.Log.Entries, e => e.Id == 305).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, gzip")]
    public async Task ContentEncoding_Is415(string coding) =>
        await RefusedAsync(415, Envelopes.Request(), content => content.TryAddWithoutValidation("Content-Encoding", coding));

    /// <summary>"identity" is no coding (RFC 9110 section 8.4.1).</summary>
    [Theory]
    [InlineData("identity")]
    [InlineData("Identity")]
    public async Task ContentEncoding_OfIdentity_IsNone(string coding)
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Reply);
        var result = await host.Client(Endpoints.Session).CallOnceAsync(vary: m => m.Content!.Headers.TryAddWithoutValidation("Content-Encoding", coding));
        Assert.Equal(HttpStatusCode.OK, result.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<a>")]
    [InlineData("<!DOCTYPE a []><a/>")]
    [InlineData("<a/>")]
    [InlineData("{}")]
    public async Task Malformed_Is400(string entity) => await RefusedAsync(400, Envelopes.Utf8(entity));

    [Fact]
    public async Task BadUtf16_Is400() => await RefusedAsync(400, [0xFF, 0xFE, 0x00, 0xD8]);

    [Theory]
    [InlineData(true, "BadContextToken")]
    [InlineData(false, "InvalidSecurity")]
    public async Task Unsecured_IsTheRecordedFault(bool session, string code)
    {
        var security = session ? Endpoints.Session : Endpoints.Single;
        await using var host = await KestrelHost.StartAsync(security, Unreachable);
        using var response = await host.Client(security).PostAsync(Envelopes.Request());
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/soap+xml; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains($":{code}<", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherSoapVersion_Is400() => await RefusedAsync(400, Envelopes.Request(MessageVersion.Soap11WSAddressing10));

    [Fact]
    public async Task OtherTrustVersion_IsBadContextToken()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable);
        var newer = Endpoints.Session with
        {
            MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        };
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => host.Client(newer).OpenAsync());
        Assert.Equal(SecureConversationFailure.BadContextToken, e.Failure);
    }

    [Fact]
    public async Task Tampered_IsInvalidSecurity()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable);
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        using var request = client.Secure(session);
        using var response = await client.PostAsync(Envelopes.Utf8(Envelopes.Text(request.Envelope).Replace("urn:e/Echo", "urn:e/Ecco", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains(":InvalidSecurity<", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    public async Task Utf16_IsTranscoded(string charset)
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, Reply);
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null);
        var encoding = Encoding.GetEncoding(charset);
        byte[] entity = [.. charset == "utf-16" ? encoding.Preamble : default, .. encoding.GetBytes(Envelopes.Text(request.Envelope))];
        using var response = await client.PostAsync(entity, m => m.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/soap+xml; charset={charset}"));
        using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
        Assert.False(reply.IsFault);
    }

    [Fact]
    public async Task DeclaredTooLarge_Is413BeforeTheBodyIsSent()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable, o => o.MaxRequestBytes = 10_000);
        Assert.StartsWith("HTTP/1.1 413", await RawAsync(host, "Content-Length: 10001\r\n", [], 1), StringComparison.Ordinal);
        await host.Log.SeenAsync(312);
        Assert.Contains(host.Log.Entries, entry => entry.Text.Contains("MaxRequestBytes (10000)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ChunkedTooLarge_Is413BeforeTheEndOfTheBody()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable, o => o.MaxRequestBytes = 10_000);
        byte[] chunk = [.. "1000\r\n"u8, .. new byte[0x1000], .. "\r\n"u8];
        Assert.StartsWith("HTTP/1.1 413", await RawAsync(host, "Transfer-Encoding: chunked\r\n", chunk, 4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitOfTheEndpoint_TakesThePlaceOfThatOfTheServer()
    {
        const int limit = 200_000;
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Single, o => o.MaxRequestBytes = limit)),
            app => app.MapSecureConversation("/echo", Reply), kestrel => kestrel.Limits.MaxRequestBodySize = 1000);
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null);
        // White space after the root is part of the entity and of no signature.
        foreach (var (length, status) in new[] { (limit, HttpStatusCode.OK), (limit + 1, HttpStatusCode.RequestEntityTooLarge) })
        {
            var entity = new byte[length];
            entity.AsSpan().Fill((byte)' ');
            request.Envelope.CopyTo(entity);
            using var response = await client.PostAsync(entity);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task DisconnectInTheBody_EndsQuietly()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Reply);
        using (var socket = await ConnectAsync(host))
        {
            await socket.SendAsync(Head(host, "Content-Length: 5000\r\n"));
            await socket.SendAsync("<s:Envelope"u8.ToArray());
            socket.Shutdown(SocketShutdown.Both);
        }

        await Task.WhenAny(host.Log.SeenAsync(300), host.Log.SeenAsync(303)).Unwrap();
        Assert.Equal(HttpStatusCode.OK, (await host.Client(Endpoints.Session).CallOnceAsync()).Status);
    }

    [Fact]
    public async Task DisconnectDuringTheCall_CancelsIt()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, async context =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return SoapReply.None;
        });
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null);
        using (var socket = await ConnectAsync(host))
        {
            await socket.SendAsync(Head(host, $"Content-Length: {request.Envelope.Length}\r\n"));
            await socket.SendAsync(request.Envelope);
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await host.Log.SeenAsync(303);

        // Kestrel would log a line for each connection that is aborted.
        Assert.DoesNotContain(host.Log.Entries, e => e.Text.Contains("application aborted", StringComparison.Ordinal));
    }

    private static async Task RefusedAsync(int status, byte[] entity, Action<HttpContentHeaders>? vary = null)
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable);
        using var response = await host.Client(Endpoints.Session).PostAsync(entity, m => vary?.Invoke(m.Content!.Headers));
        Assert.Equal((status, 0), ((int)response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length));
    }

    private static async Task<Socket> ConnectAsync(KestrelHost host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        return socket;
    }

    private static byte[] Head(KestrelHost host, string framing) =>
        Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost:{host.Address.Port}\r\nContent-Type: application/soap+xml; charset=utf-8\r\n{framing}\r\n");

    /// <summary>Sends the head and some chunks of a body that never ends; the beginning of the response.</summary>
    private static async Task<string> RawAsync(KestrelHost host, string framing, byte[] chunk, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await ConnectAsync(host);
        await socket.SendAsync(Head(host, framing));
        for (var i = 0; i < count; i++)
        {
            await socket.SendAsync(chunk);
        }

        var buffer = new byte[1024];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token));
    }
}
