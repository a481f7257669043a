using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Sessions;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>Who asks which sessions may have ended is told of those whose time has come, and of no others.</summary>
public sealed class SessionDeadlinesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly SessionDeadlines _deadlines;

    public SessionDeadlinesTests() => _deadlines = new SessionDeadlines(_clock, Minute);

    [Fact]
    public void Due_AreThoseWhoseSliceIsOver()
    {
        var sessions = Enumerable.Range(1, 1000).Select(i => (Session: New(), Minutes: i % 10 + 1)).ToList();
        sessions.ForEach(s => _deadlines.Watch(s.Session, s.Minutes * Minute));
        for (var minute = 1; minute <= 10; minute++)
        {
            _clock.Advance(Minute);
            var due = TakeDue();
            Assert.Equal(100, due.Count);
            Assert.Equal(sessions.Where(s => s.Minutes == minute).Select(s => s.Session).ToHashSet(), due.ToHashSet());
        }

        Assert.Equal(0, _deadlines.Count);
    }

    [Fact]
    public void Session_IsNeverDueBeforeItsTime_AndAtMostOneSliceLater()
    {
        var random = new Random(1);
        var expected = new Dictionary<ServiceSession, DateTimeOffset>();
        for (var step = 0; step < 5000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var session = New();
                    Watch(session);
                    break;
                case 1 when expected.Count > 0:
                    Watch(expected.Keys.ElementAt(random.Next(expected.Count)));
                    break;
                case 2 when expected.Count > 0:
                    var forgotten = expected.Keys.ElementAt(random.Next(expected.Count));
                    expected.Remove(forgotten);
                    _deadlines.Forget(forgotten);
                    break;
                default:
                    _clock.Advance(TimeSpan.FromSeconds(random.Next(100)));
                    var now = _clock.GetUtcNow();
                    foreach (var due in TakeDue())
                    {
                        Assert.True(expected.Remove(due, out var time) && time <= now);
                    }

                    Assert.DoesNotContain(expected.Values, time => time + Minute < now);
                    break;
            }

            Assert.Equal(expected.Count, _deadlines.Count);
        }

        void Watch(ServiceSession session)
        {
            var remaining = TimeSpan.FromSeconds(random.Next(1, 600));
            expected[session] = _clock.GetUtcNow() + remaining;
            _deadlines.Watch(session, remaining);
        }
    }

    [Fact]
    public void LongPause_AsksForAllThatCameDue()
    {
        var session = New();
        _deadlines.Watch(session, Minute);
        _clock.Advance(TimeSpan.FromDays(400));
        Assert.Same(session, Assert.Single(TakeDue()));
        _deadlines.Watch(session, -Minute);
        Assert.Empty(TakeDue());
        _clock.Advance(Minute);
        Assert.Same(session, Assert.Single(TakeDue()));
    }

    [Fact]
    public void TimeSpanMaxValue_IsForEver()
    {
        _clock.Advance(TimeSpan.FromDays(1));
        _deadlines.Watch(New(), TimeSpan.MaxValue);
        _clock.Advance(TimeSpan.FromDays(10000));
        Assert.Empty(TakeDue());
        Assert.Equal(1, _deadlines.Count);
    }

    [Fact]
    public async Task EndlessTimeouts_LetSessionsLive()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var binding = Bindings.Create("anonymous//session");
        binding = MessageSecurityBinding.Create(
            binding.Element with { LocalServiceSettings = binding.Element.LocalServiceSettings with { InactivityTimeout = TimeSpan.MaxValue } }, binding.MessageVersion);
        using var loopback = new Loopback(binding, clock, new() { TimeProvider = clock, SessionIdleTimeout = TimeSpan.MaxValue, FailureAnswers = Loopback.AtOnce });
        clock.Advance(TimeSpan.FromSeconds(1));
        using var session = await loopback.OpenAsync();
        clock.Advance(TimeSpan.FromHours(1));
        using var request = session.Secure(Loopback.Request(binding.MessageVersion));
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await loopback.Service.ReceiveAsync(request.Envelope));
        clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal(SessionCloseReason.None, dispatch.Session!.CloseReason);
    }

    private List<ServiceSession> TakeDue()
    {
        List<ServiceSession> all = [], due = [];
        while (_deadlines.TryTakeDue(due, most: 7))
        {
            Assert.InRange(due.Count, 1, 7);
            all.AddRange(due);
        }

        return all;
    }

    private ServiceSession New()
    {
        var key = new SecurityContextKey($"urn:uuid:{Guid.NewGuid()}", null, SymmetricKey.From(new byte[32]));
        return new ServiceSession(
            new SessionKeys { Current = new SessionKey(key, null!, DateTimeOffset.MaxValue) }, new ClaimsPrincipal(new ClaimsIdentity()), (byte[]?)null, _clock);
    }
}
