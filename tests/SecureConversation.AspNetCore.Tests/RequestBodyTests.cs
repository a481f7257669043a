using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Tests that look at the memory of the whole process: no other test may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}

/// <summary>Bodies that come slowly, in part, or without end take memory for what arrived and no more.</summary>
[Collection(WholeProcess.Name)]
public sealed class RequestBodyTests
{
    private const int Announced = 4 * 1024 * 1024;

    private static SecureConversationRequestDelegate Unreachable => _ => throw new InvalidOperationException("The application was called.");

    [Fact]
    public async Task AnnouncedBodies_TakeNoMemoryBeforeTheyArrive()
    {
        const int connections = 300;
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable);
        using (await BeginAsync(host, Announced, 10))
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var sockets = new List<Socket>();
            for (var i = 0; i < connections; i++)
            {
                sockets.Add(await BeginAsync(host, Announced, 10));
            }

            // The last one has been read once an earlier request after it is answered.
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.SendAsync(Post(host, new byte[100]))).StatusCode);
            Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / connections, 0, 40_000);
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task LargeBodies_BeyondTheTotal_Are503AndSmallOnesPass()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable, o => o.MaxBufferedRequestBytes = 200_000);
        HttpStatusCode? status = null;
        for (var begun = 0; begun < 100 && status != HttpStatusCode.ServiceUnavailable; begun++)
        {
            // Until the bytes of the first are read, the second has room, and may even leave none for the first.
            using var first = await BeginAsync(host, 250_000, 249_000);
            for (var i = 0; i < 10 && status != HttpStatusCode.ServiceUnavailable; i++)
            {
                status = await SendAsync(host, 200_000);
            }

            if (status == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(host, 60_000));
            }
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);

        // The first one has gone, and its bytes with it.
        HttpStatusCode? later = null;
        for (var i = 0; i < 1000 && (later is null or HttpStatusCode.ServiceUnavailable); i++)
        {
            later = await SendAsync(host, 200_000);
        }

        Assert.Equal(HttpStatusCode.BadRequest, later);
    }

    /// <summary>Whoever sends almost all of his bodies and then nothing held the memory of all for as long as the server let him.</summary>
    [Fact]
    public async Task UnfinishedBodiesOfOneAddress_MakeRoomForAnother()
    {
        const int size = 390_000;
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Unreachable, o => o.MaxBufferedRequestBytes = 1_000_000);
        var flood = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            flood.Add(await BeginAsync(host, size + 10, size));
        }

        // The same address gets no more, once the bytes of its first bodies are read.
        HttpStatusCode? status = null;
        for (var i = 0; i < 1000 && (status is null or HttpStatusCode.BadRequest); i++)
        {
            status = await SendAsync(host, 200_000);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        await host.Log.SeenAsync(306);

        // Another one gets what it needs, and no more than one body is given up for it.
        using var http = From(IPAddress.Parse("127.0.0.2"));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(host, 200_000, http));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(host, 200_000, http));
        var answers = flood.Select(ReceiveAsync).ToArray();
        var answered = await await Task.WhenAny(answers);
        Assert.StartsWith("HTTP/1.1 503", answered, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answered, StringComparison.Ordinal);
        Assert.Equal(1, answers.Count(answer => answer.IsCompleted));
        flood.ForEach(socket => socket.Dispose());
        await Assert.ThrowsAnyAsync<SocketException>(() => Task.WhenAll(answers));
    }

    [Fact]
    public async Task Body_ThatTakesTooLong_Is408AndGivesItsMemoryBack()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock).AddSecureConversation(Endpoints.With(Endpoints.Session, o =>
            {
                o.MaxBufferedRequestBytes = 200_000;
                o.RequestBodyTimeout = TimeSpan.FromSeconds(30);
            })),
            app => app.MapSecureConversation("/echo", Unreachable));
        using var socket = await BeginAsync(host, 250_000, 249_000);
        var began = clock.UtcNow;
        var answer = ReceiveAsync(socket);
        while (!answer.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.StartsWith("HTTP/1.1 408", await answer, StringComparison.Ordinal);
        Assert.InRange(clock.UtcNow - began, TimeSpan.FromSeconds(30), TimeSpan.MaxValue);
        HttpStatusCode? status = null;
        for (var i = 0; i < 1000 && (status is null or HttpStatusCode.ServiceUnavailable); i++)
        {
            status = await SendAsync(host, 200_000);
        }

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25 * 60 * 60)]
    public async Task Timeout_OutOfItsRange_EndsTheStart(int seconds)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => KestrelHost.StartAsync(
            Endpoints.Session, Unreachable, o => o.RequestBodyTimeout = TimeSpan.FromSeconds(seconds)));
        Assert.Contains("RequestBodyTimeout", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlowBody_IsEndedByTheServer()
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Session)),
            app => app.MapSecureConversation("/echo", Unreachable),
            kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(100_000, TimeSpan.FromSeconds(1.1)));
        using var socket = await BeginAsync(host, Announced, 10);
        var buffer = new byte[1024];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(host, 100));
    }

    [Fact]
    public async Task StreamOfHttp2WithoutEnd_Is413()
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Session, o => o.MaxRequestBytes = 100_000)),
            app => app.MapSecureConversation("/echo", Unreachable),
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var address = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Last();
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        using var first = Endless(new Uri(http.BaseAddress, "/echo"));
        using var second = Endless(new Uri(http.BaseAddress, "/echo"));
        var responses = await Task.WhenAll(http.SendAsync(first), http.SendAsync(second));
        Assert.All(responses, r => Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpVersion.Version20), (r.StatusCode, r.Version)));
    }

    private static HttpRequestMessage Endless(Uri address) => new(HttpMethod.Post, address)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = Soap(new EndlessContent()),
    };

    /// <summary>
    /// Null when the server closed the connection on a body that it does not want to read, and the client saw that before the response.
    /// </summary>
    private static async Task<HttpStatusCode?> SendAsync(KestrelHost host, int size, HttpClient? http = null)
    {
        using var request = Post(host, new byte[size]);
        request.Headers.ConnectionClose = true;
        try
        {
            using var response = await (http ?? host.Http).SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is IOException or SocketException)
        {
            return null;
        }
    }

    private static HttpRequestMessage Post(KestrelHost host, byte[] entity) =>
        new(HttpMethod.Post, new Uri(host.Address, "/echo")) { Content = Soap(new ByteArrayContent(entity)) };

    /// <summary>A client that sends from an address of this machine.</summary>
    private static HttpClient From(IPAddress address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>The beginning of the response.</summary>
    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[1024];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1));
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static HttpContent Soap(HttpContent content)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
        return content;
    }

    /// <summary>Announces a body and sends the beginning of it.</summary>
    private static async Task<Socket> BeginAsync(KestrelHost host, int announced, int sent)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {announced}\r\n\r\n"));
        await socket.SendAsync(new byte[sent]);
        return socket;
    }

    private sealed class EndlessContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                await stream.WriteAsync(new byte[16 * 1024]);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
