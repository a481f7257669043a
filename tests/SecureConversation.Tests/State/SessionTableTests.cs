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
        session.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]);
        session.Leave();
        Assert.Throws<ObjectDisposedException>(() => session.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
    }

    [Fact]
    public void FailingCallbacks_StopNeitherTheSweepNorTheZeroing()
    {
        _callbackFails = true;
        var (first, second) = (Add(), Add());
        using var registration = first.Closed.Register(() => throw new InvalidOperationException("registered"));
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.All(new[] { first, second }, s => Assert.Throws<ObjectDisposedException>(() => s.Keys.Current.Context.Key.FixedTimeEquals(new byte[32])));
        Assert.Equal(0, _table.Count);
        Assert.Equal(3, _failures.Count);
    }

    [Fact]
    public void SessionAddedAfterDisposal_IsClosedAtOnce()
    {
        _table.Dispose();
        Assert.True(Add().IsClosed);
    }

    [Fact]
    public void RevivedSession_ThatItsMessageLeaves_IsZeroedAndHasChangedNothing()
    {
        var revived = Revived();
        Assert.True(revived.IsRevived);
        revived.Leave();
        Assert.Throws<ObjectDisposedException>(() => revived.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
        Assert.Equal((0, 0), (_table.Count, _closed.Count));
    }

    [Fact]
    public void RevivedSession_ThatIsAdmitted_LivesUntilItEndsAndAllHaveLeft()
    {
        var revived = Revived();
        Assert.Same(revived, _table.Admit(revived));
        Assert.Equal((false, 1), (revived.IsRevived, _table.Count));
        _table.Close(revived, SessionCloseReason.Aborted);
        revived.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]);
        revived.Leave();
        Assert.Throws<ObjectDisposedException>(() => revived.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
        Assert.Equal([revived], _closed);
    }

    /// <summary>All of them are one session with one place; the keys of the others are zeroed, and those of that one at its end.</summary>
    [Fact]
    public void RevivedSessions_AdmittedAtOnce_AreOne()
    {
        for (var round = 0; round < 50; round++)
        {
            var id = $"urn:uuid:{Guid.NewGuid()}";
            var revived = Enumerable.Range(0, 8).Select(_ => Revived(id)).ToArray();
            var admitted = new ServiceSession[revived.Length];
            Parallel.For(0, revived.Length, i =>
            {
                admitted[i] = _table.Admit(revived[i]);
                if (admitted[i] != revived[i])
                {
                    revived[i].Leave();
                }
            });
            var session = Assert.Single(admitted.Distinct());
            Assert.Equal(1, _table.Count);
            foreach (var other in revived.Where(s => s != session))
            {
                Assert.Throws<ObjectDisposedException>(() => other.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
            }

            _table.Close(session, SessionCloseReason.Aborted);
            session.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]);
            Array.ForEach(admitted, s => s.Leave());
            Assert.Throws<ObjectDisposedException>(() => session.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
        }

        Assert.Equal((50, 0), (_closed.Count, _failures.Count));
    }

    [Fact]
    public void RevivedSession_ThatIsCancelled_IsToldAndZeroed()
    {
        var revived = Revived();
        _table.CloseRevived(revived, SessionCloseReason.Cancelled);
        Assert.True(revived.Closed.IsCancellationRequested);
        revived.Leave();
        Assert.Throws<ObjectDisposedException>(() => revived.Keys.Current.Context.Key.FixedTimeEquals(new byte[32]));
        Assert.Equal([revived], _closed);
    }

    public void Dispose() => _table.Dispose();

    private ServiceSession Add()
    {
        Assert.Null(_table.TryReserve(Client));
        var session = Create($"urn:uuid:{Guid.NewGuid()}", Client);
        _table.Add(session);
        return session;
    }

    private ServiceSession Revived(string? id = null) => Create(id ?? $"urn:uuid:{Guid.NewGuid()}", null);

    private ServiceSession Create(string id, Owner? pendingFor)
    {
        var binding = Bindings.Create("mutualcert//session");
        var requirements = new EndpointMessages(binding).Application.ForHandshake(MessageRole.Reply);
        var key = new SecurityContextKey(id, null, SymmetricKey.Random(32));
        return new ServiceSession(
            new SessionKeys { Current = new SessionKey(key, SessionSendKeys.Create(key, requirements, RandomSource.System), _clock.GetUtcNow().AddHours(1)) },
            new ClaimsPrincipal(), (byte[]?)null, _clock)
        { PendingFor = pendingFor, HeldBy = Client };
    }
}
