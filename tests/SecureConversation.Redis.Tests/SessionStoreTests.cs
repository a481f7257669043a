using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using StackExchange.Redis;

namespace SecureConversation.Redis.Tests;

/// <summary>The store alone, against a real server.</summary>
public sealed class SessionStoreTests
{
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly EphemeralDataProtectionProvider _protection = new();

    [Fact]
    public async Task State_SavedAtOne_IsFoundAtTheOther()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        var key = RandomNumberGenerator.GetBytes(32);
        using var state = States.Create(key: key);
        await one.Redis.SessionStore.SaveAsync(state, Token);
        using var found = await other.Redis.SessionStore.FindAsync(state.Id, Token);
        Assert.Equal(key, Assert.Single(found!.Keys).Key);
        Assert.Equal(state.ToBytes(), found.ToBytes());
    }

    [Fact]
    public async Task State_InRedis_IsEncrypted()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        var key = RandomNumberGenerator.GetBytes(32);
        using var state = States.Create(key: key);
        await one.Redis.SessionStore.SaveAsync(state, Token);
        var name = Assert.Single(await server.KeysAsync("*urn:uuid:*"));
        var dumped = await server.Raw.KeyDumpAsync(name);
        byte[][] values = [dumped!, .. (await server.Raw.HashGetAllAsync(name)).Select(field => (byte[])field.Value!)];
        Assert.All(values, value =>
        {
            Assert.Equal(-1, value.AsSpan().IndexOf(key.AsSpan(0, 8)));
            Assert.Equal(-1, value.AsSpan().IndexOf("a name that must"u8));
            Assert.Equal(-1, value.AsSpan().IndexOf("Test client"u8));
        });
    }

    [Fact]
    public async Task State_EncryptedWithOtherKeys_IsUnknownAndTheLogSaysWhatToDo()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var stranger = await Instance.StartAsync(server, new EphemeralDataProtectionProvider());
        using var state = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        Assert.Null(await stranger.Redis.SessionStore.FindAsync(state.Id, Token));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 404 && e.Text.Contains("SetApplicationName", StringComparison.Ordinal));
    }

    [Fact]
    public async Task State_MovedInRedis_IsUnknownAndTheLogSaysSo()
    {
        RecordedLog.Current.ExpectError(406);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        using var state = States.Create();
        using var other = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await one.Redis.SessionStore.SaveAsync(other, Token);
        await server.Raw.HashSetAsync(await NameAsync(server, state.Id), "d", await server.Raw.HashGetAsync(await NameAsync(server, other.Id), "d"));
        Assert.Null(await one.Redis.SessionStore.FindAsync(state.Id, Token));
    }

    [Fact]
    public async Task State_OfAnExpiredKey_IsKeptForExpiredStateLifetimeAndDropped()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { ExpiredStateLifetime = TimeSpan.FromMilliseconds(200) });
        await using var patient = await Instance.StartAsync(server, _protection, new() { ExpiredStateLifetime = TimeSpan.FromHours(3) });
        using var state = States.Create(lifetime: TimeSpan.FromMilliseconds(1));
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await Eventually.IsAsync(async () => (await server.KeysAsync("*urn:uuid:*")).Count == 0, "the state is dropped");
        await patient.Redis.SessionStore.SaveAsync(state, Token);
        var left = await server.Raw.KeyTimeToLiveAsync(await NameAsync(server, state.Id));
        Assert.InRange(left!.Value, TimeSpan.FromHours(2), TimeSpan.FromHours(3));
    }

    [Fact]
    public async Task Replace_ByManyAtOnce_HasOneWinner()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        using var first = States.Create();
        await one.Redis.SessionStore.SaveAsync(first, Token);
        for (var version = 1; version <= 5; version++)
        {
            using var next = States.Create(first.Id, version + 1);
            var won = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
                await (i % 2 == 0 ? one : other).Redis.SessionStore.TryReplaceAsync(next, version, Token))));
            Assert.Single(won, true);
        }

        using var found = await other.Redis.SessionStore.FindAsync(first.Id, Token);
        Assert.Equal(6, found!.Version);
    }

    [Fact]
    public async Task Replace_OfAnUnknownState_ChangesNothing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        using var state = States.Create(version: 2);
        Assert.False(await one.Redis.SessionStore.TryReplaceAsync(state, 1, Token));
        Assert.Null(await one.Redis.SessionStore.FindAsync(state.Id, Token));
    }

    [Fact]
    public async Task Removal_CannotBeUndoneByWhatComesLate()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        await using var other = await Instance.StartAsync(server, _protection);
        using var state = States.Create();
        using var next = States.Create(state.Id, 2);
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await other.Redis.SessionStore.RemoveAsync(state.Id, Token);
        Assert.False(await one.Redis.SessionStore.TryReplaceAsync(next, 1, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await one.Redis.SessionStore.SaveAsync(state, Token));
        Assert.Null(await one.Redis.SessionStore.FindAsync(state.Id, Token));
    }

    [Fact]
    public async Task Mark_OfARemovedSession_DoesNotStay()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        var id = States.NewId();
        await one.Redis.SessionStore.RemoveAsync(id, Token);
        Assert.NotNull(await server.Raw.KeyTimeToLiveAsync(await NameAsync(server, id)));
    }

    [Fact]
    public async Task Copy_AnswersWithoutRedis()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        using var state = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await Eventually.HasCopyAsync(server, one, state.Id);
        var read = await server.CountAsync("hmget");
        for (var i = 0; i < 50; i++)
        {
            using var found = await one.Redis.SessionStore.FindAsync(state.Id, Token);
            Assert.Equal(state.ToBytes(), found!.ToBytes());
        }

        Assert.Equal(read, await server.CountAsync("hmget"));
        (await one.Redis.SessionStore.FindLatestAsync(state.Id, Token))!.Dispose();
        Assert.Equal(read + 1, await server.CountAsync("hmget"));
    }

    [Fact]
    public async Task Copies_WithoutLifetime_AreNotKept()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.Zero });
        using var state = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        for (var i = 0; i < 5; i++)
        {
            (await one.Redis.SessionStore.FindAsync(state.Id, Token))!.Dispose();
        }

        Assert.Equal(5, await server.CountAsync("hmget"));
    }

    [Fact]
    public async Task Copies_BeyondMaxLocalStates_AreReadAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1), MaxLocalStates = 1 });
        using var state = States.Create();
        using var other = States.Create();
        await one.Redis.SessionStore.SaveAsync(state, Token);
        await one.Redis.SessionStore.SaveAsync(other, Token);
        for (var i = 0; i < 20; i++)
        {
            (await one.Redis.SessionStore.FindAsync(state.Id, Token))!.Dispose();
            (await one.Redis.SessionStore.FindAsync(other.Id, Token))!.Dispose();
        }

        Assert.InRange(await server.CountAsync("hmget"), 20, 40);
    }

    [Fact]
    public async Task Copy_OfWhatAnotherChanges_IsDropped()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { LocalStateLifetime = TimeSpan.FromHours(1) });
        await using var other = await Instance.StartAsync(server, _protection);
        using var state = States.Create();
        using var next = States.Create(state.Id, 2);
        await one.Redis.SessionStore.SaveAsync(state, Token);
        (await one.Redis.SessionStore.FindAsync(state.Id, Token))!.Dispose();
        Assert.True(await other.Redis.SessionStore.TryReplaceAsync(next, 1, Token));
        await Eventually.IsAsync(async () =>
        {
            using var found = await one.Redis.SessionStore.FindAsync(state.Id, Token);
            return found!.Version == 2;
        }, "the copy is dropped");
        await other.Redis.SessionStore.RemoveAsync(state.Id, Token);
        await Eventually.IsAsync(async () =>
        {
            using var found = await one.Redis.SessionStore.FindAsync(state.Id, Token);
            return found is null;
        }, "the session has ended here, too");
    }

    [Theory]
    [InlineData("urn:uuid:}{")]
    [InlineData("{")]
    public async Task Id_ThatNoSessionHas_IsUnknown(string id)
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection);
        Assert.Null(await one.Redis.SessionStore.FindAsync(id, Token));
        Assert.Null(await one.Redis.SessionStore.FindAsync(id + new string('x', 300), Token));
        await one.Redis.SessionStore.RemoveAsync(id, Token);
        Assert.Empty(await server.KeysAsync($"*{id}*"));
    }

    private static async Task<RedisKey> NameAsync(RedisServer server, string id) => Assert.Single(await server.KeysAsync($"*{id}"));
}
