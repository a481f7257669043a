using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>
/// A session that leaves the memory of a process while a message is on its way to it goes on, since the store has it. One that was
/// cancelled or aborted does not, even if the store has it still.
/// </summary>
public sealed class SessionReturnTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly OctetStore _store = new();
    private readonly HookedCache _cache = new();
    private readonly List<SessionCloseReason> _ended = [];
    private readonly Loopback _loopback;

    public SessionReturnTests() => _loopback = new Loopback(Bindings.Create("mutualcert//session"), _clock, new()
    {
        TimeProvider = _clock,
        SessionStore = _store,
        EndpointName = "test",
        ReplayCache = _cache,
        SessionIdleTimeout = TimeSpan.FromMinutes(1),
        SessionClosed = session => _ended.Add(session.CloseReason),
        FailureAnswers = Loopback.AtOnce,
    });

    [Fact]
    public async Task Session_SweptBetweenLookUpAndEntering_GoesOn()
    {
        using var session = await _loopback.OpenAsync();
        await UseAsync(session);
        _store.OnFound = Once(() => _clock.Advance(TimeSpan.FromMinutes(2)));
        Assert.Equal(FailureCode.None, await CodeAsync(session));
        Assert.Equal([SessionCloseReason.TimedOut], _ended);
        Assert.Equal(1, _loopback.Service.SessionCount);
        await UseAsync(session);
    }

    [Theory]
    [InlineData(SessionCloseReason.TimedOut, FailureCode.None)]
    [InlineData(SessionCloseReason.Displaced, FailureCode.None)]
    [InlineData(SessionCloseReason.Cancelled, FailureCode.UnknownContext)]
    [InlineData(SessionCloseReason.Aborted, FailureCode.UnknownContext)]
    public async Task Session_ThatEndsBetweenLookUpAndEntering_GoesOnUnlessItWasEnded(SessionCloseReason reason, FailureCode code)
    {
        using var session = await _loopback.OpenAsync();
        var live = await UseAsync(session);
        _store.OnFound = Once(() => End(live, reason));
        Assert.Equal(code, await CodeAsync(session));
    }

    [Theory]
    [InlineData(SessionCloseReason.TimedOut, FailureCode.None)]
    [InlineData(SessionCloseReason.Displaced, FailureCode.None)]
    [InlineData(SessionCloseReason.Cancelled, FailureCode.UnknownContext)]
    [InlineData(SessionCloseReason.Aborted, FailureCode.UnknownContext)]
    public async Task Session_ThatEndsWhileItsMessageIsVerified_GoesOnUnlessItWasEnded(SessionCloseReason reason, FailureCode code)
    {
        using var session = await _loopback.OpenAsync();
        var live = await UseAsync(session);
        _cache.OnAdd = Once(() => End(live, reason));
        Assert.Equal(code, await CodeAsync(session));
        Assert.False(live.TryEnter());
        if (code == FailureCode.None)
        {
            Assert.NotSame(live, await UseAsync(session));
        }
    }

    [Fact]
    public async Task Session_CancelledAfterItLeftTheMemory_DoesNotGoOn()
    {
        using var session = await _loopback.OpenAsync();
        var live = await UseAsync(session);
        _store.OnFound = Once(() =>
        {
            End(live, SessionCloseReason.TimedOut);
            _store.States.Clear();
        });
        Assert.Equal(FailureCode.UnknownContext, await CodeAsync(session));
    }

    public void Dispose() => _loopback.Dispose();

    /// <summary>As the table ends it, at the point where it has not taken it out yet.</summary>
    private static void End(ServiceSession session, SessionCloseReason reason)
    {
        Assert.True(session.Close(reason, out _));
        Assert.Equal(reason, session.CloseReason);
        session.Finish();
    }

    private static Func<Task> Once(Action action)
    {
        var isDone = false;
        return () =>
        {
            if (!isDone)
            {
                isDone = true;
                action();
            }

            return Task.CompletedTask;
        };
    }

    private async Task<ServiceSession> UseAsync(ClientSession session)
    {
        using var request = session.Secure(Loopback.Request(_loopback.Binding.MessageVersion));
        using var result = await _loopback.Service.ReceiveAsync(request.Envelope);
        return Assert.IsType<ServiceResult.Dispatch>(result).Session!;
    }

    /// <summary>Sends a message, and has its reply verified where there is one.</summary>
    private async Task<FailureCode> CodeAsync(ClientSession session)
    {
        using var request = session.Secure(Loopback.Request(_loopback.Binding.MessageVersion));
        using var result = await _loopback.Service.ReceiveAsync(request.Envelope);
        if (result is ServiceResult.Respond refused)
        {
            return refused.Code;
        }

        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(_loopback.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        return FailureCode.None;
    }

    private sealed class HookedCache : IReplayCache
    {
        private readonly InMemoryReplayCache _values = new(10_000, TimeProvider.System);

        public Func<Task> OnAdd { get; set; } = () => Task.CompletedTask;

        public async ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken)
        {
            await OnAdd();
            return await _values.TryAddAsync(entry, cancellationToken);
        }
    }
}
