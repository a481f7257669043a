using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SecureConversation.Redis.Tests;

/// <summary>The replay cache alone, against a real server.</summary>
public sealed class ReplayCacheTests
{
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly EphemeralDataProtectionProvider _protection = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Value_OfOneInstance_IsAReplayAtBoth(bool isOfASession)
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        var entry = Entry(isOfASession ? States.NewId() : null);
        Assert.Equal(ReplayOutcome.Fresh, await one.Redis.ReplayCache.TryAddAsync(entry, Token));
        Assert.Equal(ReplayOutcome.Replayed, await one.Redis.ReplayCache.TryAddAsync(entry, Token));
        Assert.Equal(ReplayOutcome.Replayed, await other.Redis.ReplayCache.TryAddAsync(entry, Token));
        Assert.Equal(ReplayOutcome.Fresh, await other.Redis.ReplayCache.TryAddAsync(Entry(entry.SessionId), Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Value_FromManyAtOnce_IsFreshOnce(bool isOfASession)
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        for (var round = 0; round < 10; round++)
        {
            var entry = Entry(isOfASession ? States.NewId() : null);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
                await (i % 2 == 0 ? one : other).Redis.ReplayCache.TryAddAsync(entry, Token))));
            Assert.Single(outcomes, ReplayOutcome.Fresh);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Value_IsKeptForItsRetention(bool isOfASession)
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { KeyPrefix = "kept" });
        await one.Redis.ReplayCache.TryAddAsync(Entry(isOfASession ? States.NewId() : null), Token);
        var name = Assert.Single(await server.KeysAsync(isOfASession ? "kept:{*" : "kept:r:*"));
        Assert.InRange((await server.Raw.KeyTimeToLiveAsync(name))!.Value, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Owner_WhoUsesUpHisShare_LeavesRoomForOthers()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { ReplayCacheSize = 100 });
        var outcomes = new List<ReplayOutcome>();
        for (var i = 0; i < 100; i++)
        {
            outcomes.Add(await one.Redis.ReplayCache.TryAddAsync(Entry() with { Owner = "greedy" }, Token));
        }

        Assert.Contains(ReplayOutcome.ShareUsedUp, outcomes);
        Assert.Equal(outcomes.Count(o => o == ReplayOutcome.Fresh), (await server.KeysAsync("*:r:*")).Count);
        Assert.Equal(ReplayOutcome.Fresh, await one.Redis.ReplayCache.TryAddAsync(Entry() with { Owner = "modest" }, Token));
    }

    [Fact]
    public async Task Session_RemovedWithoutAWord_EndsWithTheNextMessage()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        using var state = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await Eventually.HasCopyAsync(server, one, state.Id);
        Assert.Equal(ReplayOutcome.Fresh, await one.Redis.ReplayCache.TryAddAsync(Entry(state.Id), Token));

        // As the other instance does it, but for telling.
        await server.Raw.HashSetAsync(Assert.Single(await server.KeysAsync($"*{state.Id}")), "v", "-");
        (await one.Redis.SessionStore.FindAsync(state.Id, Token))!.Dispose();
        Assert.Equal(ReplayOutcome.SessionEnded, await one.Redis.ReplayCache.TryAddAsync(Entry(state.Id), Token));
        Assert.Null(await one.Redis.SessionStore.FindAsync(state.Id, Token));
    }

    [Fact]
    public async Task Session_ReplacedWithoutAWord_IsReadAgainAfterTheNextMessage()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        await using var elsewhere = await Instance.StartAsync(server, _protection, new() { KeyPrefix = "elsewhere" });
        using var state = States.Create();
        using var next = States.Create(state.Id, 2);
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await Eventually.HasCopyAsync(server, one, state.Id);
        await elsewhere.Redis.SessionStore.SaveAsync(next, Token);
        var moved = await server.Raw.HashGetAllAsync(Assert.Single(await server.KeysAsync($"elsewhere*{state.Id}")));
        await server.Raw.HashSetAsync(Assert.Single(await server.KeysAsync($"secureconversation*{state.Id}")), moved);
        Assert.Equal(ReplayOutcome.Fresh, await one.Redis.ReplayCache.TryAddAsync(Entry(state.Id), Token));
        using var found = await one.Redis.SessionStore.FindAsync(state.Id, Token);
        Assert.Equal(2, found!.Version);
    }

    private static ReplayEntry Entry(string? sessionId = null) => new()
    {
        Value = RandomNumberGenerator.GetBytes(32),
        Retention = TimeSpan.FromMinutes(15),
        Owner = "somebody",
        SessionId = sessionId,
    };
}
