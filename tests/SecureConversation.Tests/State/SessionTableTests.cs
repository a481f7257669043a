using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>Pending, established, closed: who may go where, what time does, and who zeroes the keys.</summary>
public sealed class SessionTableTests : IDisposable
{
    private static readonly Owner Client = new("a client");

    private readonly ManualTimeProvider _clock = new();
    private readonly List<ServiceSession> _closed = [];
    private readonly List<Exception> _failures = [];
    private readonly SessionTable _table;
    private bool _callbackFails;

    public SessionTableTests() => _table = new SessionTable(new LocalServiceSecuritySettings { MaxPendingSessions = 2, InactivityTimeout = TimeSpan.FromMinutes(2) }, 1000,
        TimeSpan.FromMinutes(10), _clock, session =>
        {
            _closed.Add(session);
            if (_callbackFails)
            {
                throw new InvalidOperationException("callback");
            }
        }, _failures.Add);

    [Fact]
    public void PendingQuota_IsFilledAndFreedByUseAndClose()
    {
        var first = Add();
        var second = Add();
        Assert.Equal("MaxPendingSessions", _table.TryReserve(Client));
        _table.Use(first);
        _table.Use(first);
        var third = Add();
        Assert.Equal("MaxPendingSessions", _table.TryReserve(Client));
        _table.Close(second, SessionCloseReason.Aborted);
        _table.Close(second, SessionCloseReason.Aborted);
        _table.Close(first, SessionCloseReason.Cancelled);
        Assert.Null(_table.TryReserve(Client));
        Assert.Equal("MaxPendingSessions", _table.TryReserve(Client));
        _table.Release(Client);
        Assert.True(third.IsPending);
    }

    [Fact]
    public void PendingSession_NeverUsed_IsSweptBetweenOneAndTwoPeriods()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        var session = Add();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(session.IsClosed);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((true, SessionCloseReason.TimedOut), (session.IsClosed, session.CloseReason));
        Assert.Null(_table.Find(session.Id));
        Assert.Null(_table.TryReserve(Client));
    }

    [Fact]
    public void UsedSession_EndsByTheIdleTimeoutOnly()
    {
        var session = Add();
        _table.Use(session);
        _clock.Advance(TimeSpan.FromMinutes(9));
        _table.Use(session);
        _clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Same(session, _table.Find(session.Id));
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.True(session.IsClosed);
    }

    [Fact]
    public void SessionThatAMessageHasEntered_IsNotSwept()
    {
        var session = Add();
        _table.Use(session);
        Assert.True(session.TryEnter());
        _clock.Advance(TimeSpan.FromMinutes(30));
        Assert.False(session.IsClosed);
        session.Leave();
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(session.IsClosed);
    }

    [Fact]
    public void ClosedSession_CannotBeUsedAgain()
    {
        var session = Add();
        _table.Close(session, SessionCloseReason.Cancelled);
        _table.Use(session);
        Assert.True(session.IsClosed);
        Assert.False(session.TryEnter());
        Assert.Equal(SessionCloseReason.Cancelled, session.CloseReason);
        Assert.True(session.Closed.IsCancellationRequested);
        Assert.Single(_closed);
    }

    [Fact]
    public void Keys_AreZeroedByTheLastToLeave()
    {
        var session = Add();
        Assert.True(session.TryEnter());
        _table.Close(session, SessionCloseReason.Aborted);
        session.Key.Key.FixedTimeEquals(new byte[32]);
        session.Leave();
        Assert.Throws<ObjectDisposedException>(() => session.Key.Key.FixedTimeEquals(new byte[32]));
    }

    [Fact]
    public void FailingCallbacks_StopNeitherTheSweepNorTheZeroing()
    {
        _callbackFails = true;
        var (first, second) = (Add(), Add());
        using var registration = first.Closed.Register(() => throw new InvalidOperationException("registered"));
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.All(new[] { first, second }, s => Assert.Throws<ObjectDisposedException>(() => s.Key.Key.FixedTimeEquals(new byte[32])));
        Assert.Equal(0, _table.Count);
        Assert.Equal(3, _failures.Count);
    }

    [Fact]
    public void SessionAddedAfterDisposal_IsClosedAtOnce()
    {
        _table.Dispose();
        Assert.True(Add().IsClosed);
    }

    public void Dispose() => _table.Dispose();

    private ServiceSession Add()
    {
        Assert.Null(_table.TryReserve(Client));
        var binding = Bindings.Create("mutualcert//session");
        var requirements = new EndpointMessages(binding).Application.ForHandshake(MessageRole.Reply);
        var key = new SecurityContextKey($"urn:uuid:{Guid.NewGuid()}", null, SymmetricKey.Random(32));
        var session = new ServiceSession(key, SessionSendKeys.Create(key, requirements, RandomSource.System), new ClaimsPrincipal(), _clock.GetUtcNow().AddHours(1), _clock) { PendingFor = Client, HeldBy = Client };
        _table.Add(session);
        return session;
    }
}
