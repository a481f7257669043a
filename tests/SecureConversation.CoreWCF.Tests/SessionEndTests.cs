using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Requests that meet the end of their session.</summary>
public sealed class SessionEndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task RequestThatIsVerifiedAfterTheCancel_RunsNowhere()
    {
        var element = Bindings.Session();
        var replays = new HeldReplayCache();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element), services: services => services.AddSingleton<IReplayCache>(replays));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        await session.CallAsync("Count");
        replays.HoldNext();
        var late = session.CallAsync("Count");
        await replays.Held.WaitAsync(Patience);
        await session.CancelAsync();
        replays.Release();

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => late.WaitAsync(Patience));

        Assert.Equal(SecureConversationFailure.BadContextToken, refused.Failure);
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        Assert.Equal(1, host.Probe.Created);
        await host.IdleAsync();
    }

    [Fact]
    public async Task RequestsBesideTheCancel_AreAllAnswered()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        for (var round = 0; round < 40; round++)
        {
            using var session = await RawSession.OpenAsync(host.Address, element.Settings);
            await session.CallAsync("Count");
            var requests = Enumerable.Range(0, 8).Select(_ => session.Secure("Count")).ToList();
            var calls = requests.Select(request => Record.ExceptionAsync(() => session.SendAsync(request, "Count")).AsTask()).ToList();
            var cancel = session.CancelAsync();

            await Task.WhenAll([.. calls, cancel]).WaitAsync(Patience);

            requests.ForEach(request => request.Dispose());
            Assert.All(calls, call => Assert.True(call.Result is null or SecureConversationException));
            Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        }

        Assert.Equal(40, host.Probe.Created);
        await host.IdleAsync();
    }

    /// <summary>The client closes the session after the answer, as WCF's does by itself.</summary>
    [Fact]
    public async Task TerminatingOperation_IsAnsweredAndEndsTheSession()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        for (var round = 0; round < 5; round++)
        {
            using var session = await RawSession.OpenAsync(host.Address, element.Settings);
            await session.CallAsync("Count");

            Assert.Contains("<LeaveResult>2</LeaveResult>", await session.CallAsync("Leave").WaitAsync(Patience), StringComparison.Ordinal);
            using var late = session.Secure("Count");
            await session.CancelAsync().WaitAsync(Patience);

            Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
            var refused = await Assert.ThrowsAsync<SecureConversationException>(() => session.SendAsync(late, "Count").WaitAsync(Patience));
            Assert.Equal(SecureConversationFailure.BadContextToken, refused.Failure);
        }

        await host.IdleAsync();
    }

    [Fact]
    public async Task StoppedHost_HasEndedItsSessionsAndDisposedOfTheirInstances()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var first = await RawSession.OpenAsync(host.Address, element.Settings);
        using var second = await RawSession.OpenAsync(host.Address, element.Settings);
        await first.CallAsync("Count");
        await second.CallAsync("Count");
        Assert.Equal((2, 0), (host.Probe.Created, host.Probe.Disposed));

        await host.StopAsync();

        Assert.Equal(2, host.Probe.Disposed);
    }

    /// <summary>Longer than any timer of the platform: WCF waits for ever then.</summary>
    [Fact]
    public async Task StoppedHost_TakesTheLongestTimeoutsOfABinding()
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        (binding.CloseTimeout, binding.ReceiveTimeout) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        using var first = await RawSession.OpenAsync(host.Address, element.Settings);
        using var second = await RawSession.OpenAsync(host.Address, element.Settings);
        await first.CallAsync("Count");
        await second.CallAsync("Leave");

        await host.StopAsync().WaitAsync(Patience);

        Assert.Equal((2, 2), (host.Probe.Created, host.Probe.Disposed));
    }

    /// <summary>The server has given the request up by then, and nobody can be answered.</summary>
    [Theory]
    [InlineData("Wait")]
    [InlineData("WaitSilently")]
    [InlineData("LeaveLater")]
    public async Task StoppedHost_WaitsForNoOperationWhoseClientHasGone(string operation)
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.CloseTimeout = TimeSpan.MaxValue;
        var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        var call = session.CallAsync(operation);
        await host.Probe.WaitingSignal.WaitAsync(Patience);

        await host.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Patience);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call.WaitAsync(Patience));
        await host.IdleAsync().WaitAsync(Patience);
        Assert.Equal((1, 0), (host.Probe.Created, host.Probe.Disposed));
        host.Probe.Release();
        Assert.True(await host.Probe.DisposedSignal.WaitAsync(Patience));
        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task ClientThatHangsUpBeforeTheAnswerToItsHandshake_HoldsNoPlace()
    {
        var element = Bindings.Session();
        element.LocalServiceSettings.MaxPendingSessions = 1;
        var isFirst = true;
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element), before: async (context, next) =>
        {
            if (!isFirst)
            {
                await next(context);
                return;
            }

            // The engine is not told of the end, as when it comes after the handshake and before the answer.
            isFirst = false;
            context.Response.Body = new GoneStream();
            await next(context);
            context.Abort();
        });

        await Assert.ThrowsAnyAsync<Exception>(() => RawSession.OpenAsync(host.Address, element.Settings));

        using var session = await RawSession.OpenAsync(host.Address, element.Settings);
        Assert.Contains("<CountResult>1</CountResult>", await session.CallAsync("Count"), StringComparison.Ordinal);
    }

    /// <summary>A response whose client has gone.</summary>
    private sealed class GoneStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => throw new IOException("The client has gone.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("The client has gone.");
    }

    /// <summary>Keeps one message between its verification and the application.</summary>
    private sealed class HeldReplayCache : IReplayCache
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly InMemoryReplayCache _inner = new(10_000, TimeProvider.System);
        private int _holds;

        public Task Held => _held.Task;

        public void HoldNext() => Volatile.Write(ref _holds, 1);

        public void Release() => _released.SetResult();

        public async ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _holds, 0) == 1)
            {
                _held.SetResult();
                await _released.Task;
            }

            return await _inner.TryAddAsync(entry, cancellationToken);
        }
    }
}
