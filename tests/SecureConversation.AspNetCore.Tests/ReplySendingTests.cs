using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>An accepted client that asks for much and reads nothing keeps nobody out.</summary>
public sealed class ReplySendingTests
{
    private const int Unread = 12_000_000;

    [Fact]
    public async Task Reply_ThatIsNotRead_IsAbortedAfterItsTime()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock).AddSecureConversation(
                Endpoints.With(Endpoints.Single, o => o.ReplySendTimeout = TimeSpan.FromSeconds(30))),
            app => app.MapSecureConversation("/echo", _ => Task.FromResult(Large())));
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null);
        using var socket = await SendAsync(host, IPAddress.Loopback, request.Envelope);
        var began = clock.UtcNow;
        while (!host.Log.Entries.Any(e => e.Id == 309))
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.InRange(clock.UtcNow - began, TimeSpan.FromSeconds(30), TimeSpan.MaxValue);
        Assert.InRange(await ReadToEndAsync(socket), 0, Unread);
    }

    [Fact]
    public async Task RepliesThatAreNotRead_MakeRoomForTheRequestsOfOthers()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => Task.FromResult(Large()), o => o.MaxBufferedRequestBytes = 1_000_000);
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null, LargeRequest(600_000));
        using var socket = await SendAsync(host, IPAddress.Loopback, request.Envelope);
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await SendGarbageAsync(host, 900_000));
        }

        await host.Log.SeenAsync(309);
        Assert.InRange(await ReadToEndAsync(socket), 0, Unread);
    }

    /// <summary>What is worked on cannot be given up, so that no one may have all of it.</summary>
    [Fact]
    public async Task RequestsThatAreWorkedOn_LeaveAPartToOthers()
    {
        var end = new TaskCompletionSource();
        var begun = new SemaphoreSlim(0);
        SecureConversationRequestDelegate slow = async _ =>
        {
            begun.Release();
            await end.Task;
            return SoapReply.FromEnvelope(Envelopes.Reply());
        };
        var counted = 0;
        using (var sample = await SampleAsync())
        {
            counted = sample.Envelope.Length - (64 * 1024);
        }

        await using var host = await KestrelHost.StartAsync(Endpoints.Single, slow, o => o.MaxBufferedRequestBytes = (long)(counted * 4.4));
        var client = host.Client(Endpoints.Single);
        var calls = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 3; i++)
        {
            using var request = client.Secure(null, LargeRequest(200_000));
            calls.Add(client.PostAsync(request.Envelope.ToArray()));
            await begun.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }

        using (var request = client.Secure(null, LargeRequest(200_000)))
        using (var refused = await client.PostAsync(request.Envelope))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        Assert.Equal(HttpStatusCode.BadRequest, await SendGarbageAsync(host, (64 * 1024) + counted));
        end.SetResult();
        Assert.All(await Task.WhenAll(calls), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));

        // What they held is free again.
        using var next = client.Secure(null, LargeRequest(200_000));
        using var taken = await client.PostAsync(next.Envelope);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25 * 60 * 60)]
    public async Task Timeout_OutOfItsRange_EndsTheStart(int seconds)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => KestrelHost.StartAsync(
            Endpoints.Session, _ => Task.FromResult(Large()), o => o.ReplySendTimeout = TimeSpan.FromSeconds(seconds)));
        Assert.Contains("ReplySendTimeout", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SecuredRequest> SampleAsync()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => Task.FromResult(Large()));
        return host.Client(Endpoints.Single).Secure(null, LargeRequest(200_000));
    }

    private static SoapReply Large() => SoapReply.FromBody("urn:e/EchoResponse", $"<R xmlns='urn:e'>{new string('x', Unread)}</R>");

    private static byte[] LargeRequest(int size)
    {
        var text = Envelopes.Text(Envelopes.Request());
        var end = text.LastIndexOf("</text>", StringComparison.Ordinal);
        return Envelopes.Utf8(text.Insert(end < 0 ? throw new InvalidOperationException(text) : end, new string('x', size)));
    }

    private static async Task<Socket> SendAsync(KestrelHost host, IPAddress from, ReadOnlyMemory<byte> envelope)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost:{host.Address.Port}\r\n"
            + $"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {envelope.Length}\r\n\r\n"));
        await socket.SendAsync(envelope);
        return socket;
    }

    /// <summary>How many bytes came before the connection was gone.</summary>
    private static async Task<int> ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var total = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1)) is > 0 and var length)
            {
                total += length;
            }
        }
        catch (SocketException)
        {
            // Reset.
        }

        return total;
    }

    private static async Task<HttpStatusCode> SendGarbageAsync(KestrelHost host, int size)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var content = new ByteArrayContent(new byte[size]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
        using var response = await http.PostAsync(new Uri(host.Address, "/echo"), content);
        return response.StatusCode;
    }
}
