using System.Net.Sockets;
using System.Text;
using CoreWCF.IdentityModel.Selectors;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Exchanges that are given up end their HTTP request: it would hold a connection and its memory for ever, and the host when it stops.</summary>
public sealed class HangUpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HangUp_WhileTheRefusalWaits_EndsTheRequest(bool isSession)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        element.FailureAnswers = new() { Step = TimeSpan.FromMinutes(1), MaxStep = TimeSpan.FromMinutes(1) };
        var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));

        await HangUpAsync(host, Encoding.UTF8.GetBytes("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>"));

        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task HangUp_WhileTheHandshakeWaitsForAValidator_EndsTheRequest()
    {
        var element = Bindings.Session(Bindings.Bootstrap("username"));
        var validator = new SlowValidator();
        var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), service =>
            service.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = validator);
        using var handshake = RawSession.Client(element.Settings).StartSession(host.Address);

        await HangUpAsync(host, handshake.Envelope, validator.Asked);

        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestContext_AbortedByTheService_EndsTheRequestWithoutAReply(bool isSession)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using (var client = Client.For(host, element))
        {
            Assert.Equal("hello", await client.EchoAsync("hello"));

            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.AskAsync("Abort"));

            Assert.Equal("hello", await client.EchoAsync("hello"));
        }

        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>Sends a request, waits until the service works on it, and resets the connection.</summary>
    private static async Task HangUpAsync(EchoHost host, ReadOnlyMemory<byte> envelope, Task? until = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost:{host.Address.Port}\r\n"
            + $"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {envelope.Length}\r\n\r\n"));
        await socket.SendAsync(envelope);
        while (host.Probe.Running == 0)
        {
            await Task.Delay(5);
        }

        await (until ?? Task.Delay(200)).WaitAsync(Patience);
    }

    private sealed class SlowValidator : UserNamePasswordValidator
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override async ValueTask ValidateAsync(string userName, string password)
        {
            _asked.TrySetResult();
            await Task.Delay(Timeout.Infinite);
        }
    }
}
