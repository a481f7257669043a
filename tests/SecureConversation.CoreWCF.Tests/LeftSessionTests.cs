using System.Net.Sockets;
using System.Text;
using CoreWCF;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>
/// Sessions that an operation with IsTerminating ended: as in WCF its reply is sent, and what comes later is refused. CoreWCF leaves the
/// exchanges of the refused open; none may hold its request, the session or the host.
/// </summary>
public sealed class LeftSessionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Action<ServiceHostBase> OneAtATime = host =>
        host.Description.Behaviors.Find<ServiceBehaviorAttribute>().ConcurrencyMode = ConcurrencyMode.Single;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MessagesAfterTheTerminatingOperation_AreRefusedAndHoldNothing(bool isSingle)
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element), isSingle ? OneAtATime : null);
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        Assert.Contains("<LeaveResult>1</LeaveResult>", await session.CallAsync("Leave").WaitAsync(Patience), StringComparison.Ordinal);

        for (var i = 0; i < 20; i++)
        {
            Assert.Contains("SessionTerminated", await session.CallAsync(i % 2 == 0 ? "Count" : "Leave").WaitAsync(Patience), StringComparison.Ordinal);
        }

        await host.IdleAsync().WaitAsync(Patience);
        await session.CancelAsync().WaitAsync(Patience);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        Assert.Equal(1, host.Probe.Created);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task TerminatingOperationsAtOnce_AreAllAnswered()
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        for (var round = 0; round < 20; round++)
        {
            using var session = await RawSession.OpenAsync(host.Address, element.Settings);

            var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => session.CallAsync("Leave"))).WaitAsync(Patience);

            Assert.Contains(replies, reply => reply.Contains("<LeaveResult>1</LeaveResult>", StringComparison.Ordinal));
            Assert.All(replies, reply => Assert.Matches("<LeaveResult>|SessionTerminated", reply));
            await session.CancelAsync().WaitAsync(Patience);
            Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        }

        Assert.Equal(20, host.Probe.Created);
        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Theory]
    [InlineData("Count", "<CountResult>|SessionTerminated")]
    [InlineData("Wait", "waited")]
    public async Task CallsThatOverlapWithTheTerminatingOperation_AreAnswered(string operation, string reply)
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        var overlapping = session.CallAsync(operation);
        if (operation == "Wait")
        {
            await host.Probe.WaitingSignal.WaitAsync(Patience);
        }

        var leaving = session.CallAsync("LeaveLater");
        await host.Probe.WaitingSignal.WaitAsync(Patience);
        Assert.Contains("SessionTerminated", await session.CallAsync("Count").WaitAsync(Patience), StringComparison.Ordinal);
        await session.CancelAsync().WaitAsync(Patience);
        host.Probe.Release();

        Assert.Contains("waited", await leaving.WaitAsync(Patience), StringComparison.Ordinal);
        Assert.Matches(reply, await overlapping.WaitAsync(Patience));
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task OneWayOperations_BeforeAndAfterAndAsTheTerminatingOne_HoldNothing()
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        await session.NotifyAsync("Notify").WaitAsync(Patience);
        await session.NotifyAsync("LeaveSilently").WaitAsync(Patience);

        Assert.Contains("SessionTerminated", await session.CallAsync("Notify").WaitAsync(Patience), StringComparison.Ordinal);
        Assert.Contains("SessionTerminated", await session.CallAsync("Count").WaitAsync(Patience), StringComparison.Ordinal);

        await host.IdleAsync().WaitAsync(Patience);
        await session.CancelAsync().WaitAsync(Patience);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>CoreWCF's transport acknowledges a one-way message when its operation has ended.</summary>
    [Fact]
    public async Task OneWayOperationThatRunsOn_MeetsTheEndOfItsSession()
    {
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        var running = session.NotifyAsync("WaitSilently");
        await host.Probe.WaitingSignal.WaitAsync(Patience);
        Assert.Contains("<LeaveResult>1</LeaveResult>", await session.CallAsync("Leave").WaitAsync(Patience), StringComparison.Ordinal);
        await session.CancelAsync().WaitAsync(Patience);
        Assert.Equal(0, host.Probe.Disposed);

        host.Probe.Release();

        await running.WaitAsync(Patience);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>A connection of HTTP/1.1 reads its next request when the one before has ended: a proxy has few for all its clients.</summary>
    [Fact]
    public async Task MessageAfterTheTerminatingOperation_LeavesTheConnectionToOthers()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var connection = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 });
        using var other = await RawSession.OpenAsync(host.Address, element.Settings, connection);
        using var left = await RawSession.OpenAsync(host.Address, element.Settings, connection);
        await left.CallAsync("Leave").WaitAsync(Patience);
        Assert.Contains("SessionTerminated", await left.CallAsync("Count").WaitAsync(Patience), StringComparison.Ordinal);

        Assert.Contains("<CountResult>1</CountResult>", await other.CallAsync("Count").WaitAsync(Patience), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Leave", "Count")]
    [InlineData("Count", "Leave")]
    public async Task HangUpBesideTheEnd_HoldsNothing(string first, string cut)
    {
        RecordedLog.Current.AllowErrors(entry => entry.Category.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal));
        var element = Bindings.Session();
        var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        await session.CallAsync(first).WaitAsync(Patience);

        for (var i = 0; i < 20; i++)
        {
            using var request = session.Secure(cut);
            await SendAndResetAsync(host.Address, request.Envelope);
        }

        await session.CancelAsync().WaitAsync(Patience);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.IdleAsync().WaitAsync(Patience);
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    /// <summary>As in WCF. CoreWCF's own timer may be collected before.</summary>
    [Theory]
    [InlineData("Leave")]
    [InlineData("LeaveSilently")]
    public async Task ClientThatLeavesAndDoesNotClose_HasCloseTimeout(string operation)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        (binding.CloseTimeout, binding.ReceiveTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromHours(9));
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding, services: services => services.AddSingleton<TimeProvider>(clock));
        using var left = await RawSession.OpenAsync(host.Address, element.Settings);
        using var other = await RawSession.OpenAsync(host.Address, element.Settings);
        await other.CallAsync("Count").WaitAsync(Patience);
        using (var request = left.Secure(operation))
        {
            await (operation == "Leave" ? left.SendAsync(request, operation) : left.NotifyAsync(operation)).WaitAsync(Patience);
        }

        await host.IdleAsync().WaitAsync(Patience);

        // CoreWCF finishes with the request a moment after it has ended, and the time counts from then.
        var isDisposed = false;
        for (var hour = 0; hour < 4 && !isDisposed; hour++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            isDisposed = await host.Probe.DisposedSignal.WaitAsync(Patience / 4);
        }

        Assert.True(isDisposed);
        Assert.Equal((2, 1), (host.Probe.Created, host.Probe.Disposed));
    }

    private static async Task SendAndResetAsync(Uri address, ReadOnlyMemory<byte> envelope)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0), NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost:{address.Port}\r\n"
            + $"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {envelope.Length}\r\n\r\n"));
        await socket.SendAsync(envelope);
        await Task.Yield();
    }
}
