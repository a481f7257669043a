using System.Net;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>Which sessions a service remembers whose cookies it has read. It shows in how often it reads one.</summary>
public sealed class ContextCacheTests : IDisposable
{
    private static readonly MessageOrigin Here = Origin("192.0.2.1");
    private static readonly MessageOrigin There = Origin("198.51.100.7");

    private readonly CookieScene _scene;
    private readonly CountingEncoder _encoder;
    private readonly List<ClientSession> _sessions = [];
    private int _most = 10;

    public ContextCacheTests()
    {
        _scene = new CookieScene("anonymous//session");
        _encoder = new CountingEncoder(_scene.Keys.CreateEncoder());
    }

    [Fact]
    public async Task Cookies_AreReadOnce()
    {
        var service = Start();
        await UseAsync(service, 5);
        await UseAsync(service, 5);
        Assert.Equal(5, _encoder.Decoded);
    }

    [Fact]
    public async Task Cookies_BeyondMaxCachedCookies_AreReadAgain()
    {
        var service = Start();
        await UseAsync(service, 10);
        Assert.Equal(10, _encoder.Decoded);

        // Takes the place of the two that were not used for longest.
        await UseAsync(service, 11, from: 10);
        Assert.Equal(11, _encoder.Decoded);
        await UseAsync(service, 10, from: 2);
        Assert.Equal(11, _encoder.Decoded);
        await UseAsync(service, 2);
        Assert.Equal(13, _encoder.Decoded);
    }

    [Fact]
    public async Task Cookies_WithMaxCachedCookiesOfZero_AreAlwaysRead()
    {
        _most = 0;
        var service = Start();
        await UseAsync(service, 2);
        await UseAsync(service, 2);
        Assert.Equal(4, _encoder.Decoded);
    }

    /// <summary>Whoever uses many sessions makes no room by the one session of another.</summary>
    [Fact]
    public async Task Cookies_OfWhoHasMost_AreForgottenFirst()
    {
        var service = Start();
        using var other = await _scene.OpenAsync(service, origin: There);
        await _scene.CallAsync(other, service, origin: There);
        await UseAsync(service, 50);
        var before = _encoder.Decoded;
        await _scene.CallAsync(other, service, origin: There);
        Assert.Equal(before, _encoder.Decoded);
    }

    [Fact]
    public async Task Cookies_NotUsedForSessionIdleTimeout_AreForgotten()
    {
        var service = Start(TimeSpan.FromSeconds(30));
        await UseAsync(service, 1);
        _scene.Clock.Advance(TimeSpan.FromSeconds(29));
        await UseAsync(service, 1);
        Assert.Equal(1, _encoder.Decoded);
        _scene.Clock.Advance(TimeSpan.FromSeconds(31));
        await UseAsync(service, 1);
        Assert.Equal(2, _encoder.Decoded);
    }

    [Fact]
    public async Task Cookies_ThatExpired_MakeRoomFirst()
    {
        using var scene = new CookieScene("anonymous//session", s => s with { MaxCachedCookies = 2, IssuedCookieLifetime = TimeSpan.FromMinutes(3) });
        var encoder = new CountingEncoder(scene.Keys.CreateEncoder());
        var service = scene.Start(encoder: encoder, idle: TimeSpan.FromHours(1));
        using var expired = await scene.OpenAsync(service);
        scene.Clock.Advance(TimeSpan.FromMinutes(2));
        using var kept = await scene.OpenAsync(service);
        await scene.CallAsync(kept, service);
        await scene.CallAsync(expired, service);
        scene.Clock.Advance(TimeSpan.FromSeconds(61));
        using var third = await scene.OpenAsync(service);
        await scene.CallAsync(third, service);
        await scene.CallAsync(kept, service);

        // The one of the kept session is what the encoder is asked about each minute.
        Assert.Equal(4, encoder.Decoded);
    }

    [Fact]
    public async Task Session_UsedByManyAtOnceFromTheStart_IsOne()
    {
        _most = 3;
        var service = Start();
        using var session = await _scene.OpenAsync(service);
        await Parallel.ForAsync(0, 200, async (_, _) => await _scene.CallAsync(session, service));
        var read = _encoder.Decoded;
        await _scene.CallAsync(session, service);
        Assert.Equal(read, _encoder.Decoded);
    }

    /// <summary>While a full memory drops sessions, messages that use them go on.</summary>
    [Fact]
    public async Task Sessions_DroppedWhileTheyAreUsed_GoOn()
    {
        _most = 2;
        var service = Start();
        for (var i = 0; i < 8; i++)
        {
            _sessions.Add(await _scene.OpenAsync(service));
        }

        await Parallel.ForAsync(0, 400, async (i, _) => await _scene.CallAsync(_sessions[i % 8], service));
    }

    public void Dispose()
    {
        _sessions.ForEach(session => session.Dispose());
        _scene.Dispose();
    }

    private static MessageOrigin Origin(string address) => new() { RemoteAddress = IPAddress.Parse(address), LocalAddress = Loopback.Address };

    private MessageSecurityService Start(TimeSpan? idle = null) =>
        _scene.Start(binding: CookieScene.Create("anonymous//session", s => s with { MaxCachedCookies = _most }), encoder: _encoder, idle: idle);

    private async Task UseAsync(MessageSecurityService service, int to, int from = 0)
    {
        for (var i = from; i < to; i++)
        {
            if (i == _sessions.Count)
            {
                _sessions.Add(await _scene.OpenAsync(service, origin: Here));
            }

            await _scene.CallAsync(_sessions[i], service, origin: Here);
            _scene.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
