using Microsoft.AspNetCore.DataProtection;

namespace SecureConversation.Redis.Tests;

/// <summary>Two instances of a service with one Redis are one service.</summary>
public sealed class TwoInstancesTests
{
    private readonly EphemeralDataProtectionProvider _protection = new();

    [Fact]
    public async Task Session_OpenedAtOne_IsUsedAndCancelledAtTheOther()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        var client = Instance.Client();
        using var session = await one.OpenAsync(client);
        using var late = session.Secure(Instance.Request());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(FailureCode.None, await other.CallAsync(session));
            Assert.Equal(FailureCode.None, await one.CallAsync(session));
        }

        await other.CancelAsync(session);
        Assert.Equal(FailureCode.UnknownContext, await one.CallAsync(late));
        Assert.Equal(FailureCode.UnknownContext, await other.CallAsync(late));
        Assert.Equal(0, other.Service.SessionCount);
    }

    /// <summary>The copy at the one instance does not outlive the cancel at the other, even if no message about it arrives.</summary>
    [Fact]
    public async Task Session_CancelledWhileMessagesAreLost_EndsEverywhereAtOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        var client = Instance.Client();
        using var session = await one.OpenAsync(client);
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await Eventually.HasCopyAsync(server, one, session.Id);
        await server.Raw.HashSetAsync(Assert.Single(await server.KeysAsync($"*{session.Id}")), "v", "-");
        Assert.Equal(FailureCode.UnknownContext, await one.CallAsync(session));
        Assert.Equal(FailureCode.UnknownContext, await one.CallAsync(session));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_AcceptedAtOne_IsAReplayAtTheOther(bool isInSession)
    {
        var security = Instance.Security with { EstablishSecurityContext = isInSession };
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, security: security);
        await using var other = await Instance.StartAsync(server, _protection, security: security);
        var client = Instance.Client(security);
        using var session = isInSession ? await one.OpenAsync(client) : null;
        using var request = session?.Secure(Instance.Request()) ?? client.Secure(Instance.Request(), Instance.Address);
        Assert.Equal(FailureCode.None, await one.CallAsync(request));
        Assert.Equal(FailureCode.Replayed, await other.CallAsync(request));
        Assert.Equal(FailureCode.Replayed, await one.CallAsync(request));
    }

    [Fact]
    public async Task Message_InASession_CostsOneRoundTrip()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await Eventually.HasCopyAsync(server, one, session.Id);
        var (read, scripts) = (await server.CountAsync("hmget"), await server.CountAsync("evalsha"));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(FailureCode.None, await one.CallAsync(session));
        }

        Assert.Equal(read, await server.CountAsync("hmget"));
        Assert.Equal(scripts + 20, await server.CountAsync("evalsha"));
    }

    [Fact]
    public async Task Calls_OfManyAtBothInstances_AreAllServed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        using var session = await one.OpenAsync(Instance.Client());
        var codes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).CallAsync(session))));
        Assert.All(codes, code => Assert.Equal(FailureCode.None, code));
    }
}
