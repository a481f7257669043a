using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureConversation.Cli.Listening;

namespace SecureConversation.Cli.Tests.Listening;

/// <summary>Pages of strangers in a browser of this machine are no clients of the recorder, and nothing goes through it unrecorded.</summary>
public sealed class ListenRefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost", "/", "", 200)]
    [InlineData("127.0.0.1:80", "/orders?wsdl", "", 200)]
    [InlineData("[::1]", "/", "", 200)]
    [InlineData("LOCALHOST.", "/", "", 403)]
    [InlineData("evil.example", "/", "", 403)]
    [InlineData("localhost.evil.example", "/", "", 403)]
    [InlineData("localhost", "/", "Origin: http://localhost\r\n", 403)]
    [InlineData("localhost", "/", "Origin: null\r\n", 403)]
    [InlineData("localhost", "//%5B", "", 200)]
    [InlineData("localhost", "//", "", 200)]
    [InlineData("localhost", "//evil.example/a", "", 200)]
    public async Task Request_IsForwardedAndRecorded_OrNeither(string host, string path, string headers, int status)
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var answered = AnswerAsync(service);
        using var record = new Recorded();
        using var output = new StringWriter();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)service.LocalEndpoint).Port}");
        var reply = await SendAsync(address, record, output, host, path, headers);
        service.Stop();
        Assert.StartsWith($"HTTP/1.1 {status} ", reply, StringComparison.Ordinal);
        if (status == 200)
        {
            // What was forwarded is recorded, of the service and of nobody else.
            var exchange = Assert.Single(record.Exchanges);
            Assert.Equal($"POST {exchange.Address.PathAndQuery} HTTP/1.1", await answered);
            Assert.Equal(address.Authority, exchange.Address.Authority);
        }
        else
        {
            Assert.Empty(record.Exchanges);
            Assert.Contains($"Refused with {status}. ", output.ToString(), StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<SocketException>(() => answered);
        }
    }

    [Fact]
    public async Task HostOfTheService_IsThatOfAClientWithClientVia()
    {
        using var record = new Recorded();
        // Nobody has this port: the request is forwarded, and has no answer.
        var reply = await SendAsync(new Uri("http://127.0.0.2:1"), record, TextWriter.Null, "127.0.0.2:1", "/", "");
        Assert.StartsWith("HTTP/1.1 502 ", reply, StringComparison.Ordinal);
        Assert.Single(record.Exchanges);
    }

    [Theory]
    [InlineData(3, 30, true)]
    [InlineData(3, 31, false)]
    [InlineData(1, 100, false)]
    public async Task LongReply_GoesOnAsItIs(int pieces, int length, bool isKept)
    {
        using var output = new MemoryStream();
        using var stream = new DescriptionStream(output, limit: 90);
        var all = new byte[pieces * length];
        Random.Shared.NextBytes(all);
        foreach (var piece in all.Chunk(length))
        {
            await stream.WriteAsync(piece, Cancellation);
            await stream.FlushAsync(Cancellation);
        }

        Assert.Equal(isKept ? all : null, stream.Kept);
        Assert.Equal(isKept ? [] : all, output.ToArray());
    }

    // As it stands: a client of the platform would write the path anew.
    private static async Task<string> SendAsync(Uri service, IExchangeRecord record, TextWriter output, string host, string path, string headers)
    {
        await using var listener = await Listener.StartAsync(service, 0, record, output);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, listener.Address.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: 1\r\nConnection: close\r\n\r\na"), Cancellation);
        using var reader = new StreamReader(stream);
        var reply = await reader.ReadToEndAsync(Cancellation);
        await listener.StopAsync();
        return reply;
    }

    private static async Task<string> AnswerAsync(TcpListener service)
    {
        using var peer = await service.AcceptTcpClientAsync();
        var stream = peer.GetStream();
        var head = new byte[4096];
        var count = await stream.ReadAsync(head);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        return Encoding.ASCII.GetString(head, 0, count).Split("\r\n")[0];
    }

    private sealed class Recorded : IExchangeRecord
    {
        public List<RecordedExchange> Exchanges { get; } = [];

        public void Write(RecordedExchange exchange) => Exchanges.Add(exchange);

        public void Dispose()
        {
        }
    }
}
