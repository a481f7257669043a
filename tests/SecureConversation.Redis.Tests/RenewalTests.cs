using Microsoft.AspNetCore.DataProtection;

namespace SecureConversation.Redis.Tests;

/// <summary>The keys of a session change for all instances at once.</summary>
public sealed class RenewalTests
{
    private readonly EphemeralDataProtectionProvider _protection = new();
    private readonly SecureConversationRedisOptions _options = new() { LocalStateLifetime = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Session_RenewedAtOne_IsUsedAtTheOtherAtOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        await using var other = await Instance.StartAsync(server, _protection, _options);
        using var session = await one.OpenAsync(Instance.Client());
        for (var i = 0; i < 6; i++)
        {
            var (renews, uses) = i % 2 == 0 ? (one, other) : (other, one);
            Assert.Equal(FailureCode.None, await one.CallAsync(session));
            Assert.Equal(FailureCode.None, await other.CallAsync(session));
            using var old = session.Secure(Instance.Request());
            await renews.RenewAsync(session);
            Assert.Equal(FailureCode.None, await uses.CallAsync(session));
            Assert.Equal(FailureCode.None, await uses.CallAsync(old));
            Assert.Equal(FailureCode.None, await renews.CallAsync(session));
        }

        await one.CancelAsync(session);
    }

    /// <summary>The one instance has missed that the other renewed the session.</summary>
    [Fact]
    public async Task Copy_WithoutTheNewKey_IsNotBelieved()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        await using var other = await Instance.StartAsync(server, _protection, _options);
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        var name = Assert.Single(await server.KeysAsync($"*{session.Id}"));
        var old = await server.Raw.HashGetAllAsync(name);
        await other.RenewAsync(session);
        var renewed = await server.Raw.HashGetAllAsync(name);

        // The word about the change arrives, and the copy that is read after it is the old one, as if it had not.
        await server.Raw.HashSetAsync(name, old);
        await Eventually.IsAsync(async () =>
        {
            using var found = await one.Redis.SessionStore.FindAsync(session.Id, CancellationToken.None);
            return found!.Version == 1;
        }, "the old copy");
        await Eventually.HasCopyAsync(server, one, session.Id);
        await server.Raw.HashSetAsync(name, renewed);
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        Assert.Equal(FailureCode.None, await other.CallAsync(session));
    }

    [Fact]
    public async Task Calls_DuringRenewals_AreAllServed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        await using var other = await Instance.StartAsync(server, _protection, _options);
        using var session = await one.OpenAsync(Instance.Client());
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(c => Task.Run(async () =>
        {
            var codes = new List<FailureCode>();
            for (var i = c; !over.IsCancellationRequested; i++)
            {
                codes.Add(await (i % 2 == 0 ? one : other).CallAsync(session));
            }

            return codes;
        })).ToArray();
        for (var i = 0; i < 10; i++)
        {
            await (i % 2 == 0 ? other : one).RenewAsync(session);
            Assert.Equal(FailureCode.None, await one.CallAsync(session));
        }

        await over.CancelAsync();
        Assert.All((await Task.WhenAll(callers)).SelectMany(codes => codes), code => Assert.Equal(FailureCode.None, code));
    }
}
