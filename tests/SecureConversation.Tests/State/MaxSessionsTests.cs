using System.Net;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A process holds a limited number of sessions, and nobody can take the places of those who hold fewer.</summary>
public sealed class MaxSessionsTests : IDisposable
{
    private const int Places = 8;

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly List<ClientSession> _sessions = [];
    private readonly Dictionary<string, SessionCloseReason> _closed = [];
    private readonly OctetStore _store = new();
    private Loopback? _loopback;

    [Fact]
    public async Task Sessions_OfOneAddress_HaveThreeQuartersAndGiveWay()
    {
        for (var i = 0; i < 6; i++)
        {
            await UseAsync(await OpenedAsync("192.0.2.1"), "192.0.2.1");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync("192.0.2.1"));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 7 && e.Text.Contains("MaxSessions", StringComparison.Ordinal));

        // The first one is not the one that was idle for longest.
        await UseAsync(_sessions[0], "192.0.2.1");
        _clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var address in new[] { "198.51.100.1", "198.51.100.2", "198.51.100.3" })
        {
            await UseAsync(await OpenedAsync(address), address);
        }

        Assert.Equal(Places, _loopback!.Service.SessionCount);
        Assert.Equal([_sessions[1].Id], _closed.Keys);
        Assert.Equal(SessionCloseReason.Displaced, _closed[_sessions[1].Id]);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 32 && e.Text.Contains("MaxSessions (8)", StringComparison.Ordinal));
        await UseAsync(_sessions[0], "192.0.2.1");
    }

    /// <summary>A network of IPv6 has addresses without number, of which each is new.</summary>
    [Fact]
    public async Task Network_WithManyAddresses_EndsNoSessionOfOthers()
    {
        string[] honest = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"];
        foreach (var address in honest)
        {
            await UseAsync(await OpenedAsync(address), address);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var i = 0; i < 20; i++)
        {
            await OpenAsync($"2001:db8:1:{i}::1");
        }

        Assert.Equal(Places, _loopback!.Service.SessionCount);
        foreach (var (session, address) in _sessions.Zip(honest))
        {
            await UseAsync(session, address);
        }
    }

    [Fact]
    public async Task Session_ThatMadeRoom_ComesBackFromTheStore()
    {
        for (var i = 0; i < 6; i++)
        {
            await UseAsync(await OpenedAsync("192.0.2.1", _store), "192.0.2.1");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var address in new[] { "198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4" })
        {
            await UseAsync(await OpenedAsync(address), address);
        }

        Assert.Equal((Places, 10), (_loopback!.Service.SessionCount, _store.States.Count));
        await UseAsync(_sessions[0], "198.51.100.5");
        Assert.Equal(Places, _loopback.Service.SessionCount);
    }

    public void Dispose()
    {
        _sessions.ForEach(session => session.Dispose());
        _loopback?.Dispose();
    }

    private async Task<ClientSession> OpenedAsync(string address, OctetStore? store = null)
    {
        Assert.Equal(FailureCode.None, await OpenAsync(address, store));
        return _sessions[^1];
    }

    private async Task<FailureCode> OpenAsync(string address, OctetStore? store = null)
    {
        _loopback ??= new Loopback(Bindings.Create("anonymous//session"), _clock, new()
        {
            TimeProvider = _clock,
            FailureAnswers = Loopback.AtOnce,
            LoggerFactory = RecordedLog.Current,
            MaxSessions = Places,
            SessionStore = store,
            EndpointName = "test",
            SessionClosed = session => _closed.Add(session.Id, session.CloseReason),
        });
        using var request = _loopback.Client.StartSession(Loopback.Address);
        using var result = await _loopback.Service.ReceiveAsync(request.Envelope, From(address));
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        if (respond.Code == FailureCode.None)
        {
            _sessions.Add(request.Complete(respond.Envelope));
        }

        return respond.Code;
    }

    private async Task UseAsync(ClientSession session, string address)
    {
        using var request = session.Secure(Loopback.Request(_loopback!.Binding.MessageVersion));
        using var result = await _loopback.Service.ReceiveAsync(request.Envelope, From(address));
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    private static MessageOrigin From(string address) => new() { RemoteAddress = IPAddress.Parse(address), HasNoAddress = true };
}
