using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;

namespace SecureConversation.Redis.Tests;

/// <summary>Redis is stopped and started, or does not answer, while sessions live.</summary>
public sealed class OutageTests
{
    private readonly EphemeralDataProtectionProvider _protection = new();
    private readonly SecureConversationRedisOptions _options = new() { OperationTimeout = TimeSpan.FromMilliseconds(500) };

    [Fact]
    public async Task Redis_StoppedAndStarted_SessionsGoOn()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        await using var other = await Instance.StartAsync(server, _protection, _options);
        var client = Instance.Client();
        using var session = await one.OpenAsync(client);
        using var replay = session.Secure(Instance.Request());
        Assert.Equal(FailureCode.None, await one.CallAsync(replay));

        await server.StopAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(FailureCode.StoreUnavailable, await one.CallAsync(session));
        }

        await server.StartAgainAsync();
        await Eventually.IsAsync(async () => await one.CallAsync(session) == FailureCode.None, "the session is served again");
        await Eventually.IsAsync(async () => await other.CallAsync(session) == FailureCode.None, "the other serves it, too");
        Assert.Equal(FailureCode.Replayed, await other.CallAsync(replay));
        await other.CancelAsync(session);
        Assert.Single(Events(400, LogLevel.Error), e => e.Text.Contains(server.Configuration, StringComparison.Ordinal));
        await Eventually.IsAsync(() => Task.FromResult(Events(401, LogLevel.Warning).Any()), "the end is logged");
        Assert.Single(Events(401, LogLevel.Warning), e => !e.Text.Contains(" 0 calls", StringComparison.Ordinal));
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.Id == 408);
    }

    [Fact]
    public async Task Client_WhileRedisIsAway_LearnsThatTheServiceIsBusyByASecuredFault()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { OperationTimeout = TimeSpan.FromMilliseconds(500), LocalStateLifetime = TimeSpan.FromHours(1) });
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await server.StopAsync();
        using var request = session.Secure(Instance.Request());
        using var result = await one.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.StoreUnavailable, respond.Code);
        using var reply = request.VerifyReply(respond.Envelope);
        Assert.True(reply.IsFault);
        Assert.Contains("ServerTooBusy", System.Text.Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
        Assert.False(session.IsClosed);
    }

    /// <summary>A fault without security would have the client give the session up, though it goes on.</summary>
    [Fact]
    public async Task Client_WhileRedisComesBack_GetsSecuredAnswersOnly()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { OperationTimeout = TimeSpan.FromMilliseconds(500), LocalStateLifetime = TimeSpan.FromHours(1) });
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await Eventually.HasCopyAsync(server, one, session.Id);
        await server.StopAsync();
        Assert.Equal(FailureCode.StoreUnavailable, await one.CallAsync(session));
        await server.StartAgainAsync();
        await Eventually.IsAsync(async () =>
        {
            using var request = session.Secure(Instance.Request());
            using var result = await one.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
            if (result is ServiceResult.Dispatch)
            {
                return true;
            }

            using var reply = request.VerifyReply(Assert.IsType<ServiceResult.Respond>(result).Envelope);
            Assert.True(reply.IsFault);
            return false;
        }, "the session is served again");
    }

    [Fact]
    public async Task Handshake_WhileRedisIsAway_IsRefusedAndNoSessionStays()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        var client = Instance.Client();
        (await one.OpenAsync(client)).Dispose();
        await server.StopAsync();
        using var handshake = client.StartSession(Instance.Address);
        using var result = await one.Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(result).Code);
        await server.StartAgainAsync();
        await Eventually.IsAsync(async () =>
        {
            using var again = client.StartSession(Instance.Address);
            using var answer = await one.Service.ReceiveAsync(again.Envelope, TestContext.Current.CancellationToken);
            return Assert.IsType<ServiceResult.Respond>(answer).Code == FailureCode.None;
        }, "sessions are opened again");
    }

    [Fact]
    public async Task Redis_ThatDoesNotAnswer_HoldsNobodyUp()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, new() { OperationTimeout = TimeSpan.FromSeconds(2) });
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        server.Suspend();
        var codes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => one.CallAsync(session))))
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(codes, code => Assert.Equal(FailureCode.StoreUnavailable, code));
        server.Resume();
        await Eventually.IsAsync(async () => await one.CallAsync(session) == FailureCode.None, "the session is served again");
        Assert.Single(Events(400, LogLevel.Error));
        // Calls are let through before the end of the outage is logged.
        await Eventually.IsAsync(() => Task.FromResult(Events(401, LogLevel.Warning).Any()), "the end is logged");
        Assert.Single(Events(401, LogLevel.Warning));
    }

    [Fact]
    public async Task Service_StartedWithoutRedis_ServesWhenItIsThere()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await server.StopAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        var client = Instance.Client();
        using var handshake = client.StartSession(Instance.Address);
        using var result = await one.Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(result).Code);
        await server.StartAgainAsync();
        await Eventually.IsAsync(() => Task.FromResult(Events(401, LogLevel.Warning).Any()), "Redis is found");
        using var session = await one.OpenAsync(client);
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
    }

    /// <summary>Full memory is an outage like others: writes are refused, so no message is accepted.</summary>
    [Fact]
    public async Task Redis_ThatTakesNoWrites_IsAwayUntilItDoes()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync();
        await using var one = await Instance.StartAsync(server, _protection, _options);
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await server.RawServer.ConfigSetAsync("maxmemory", "1");
        Assert.Equal(FailureCode.StoreUnavailable, await one.CallAsync(session));
        await server.RawServer.ConfigSetAsync("maxmemory", "0");
        await Eventually.IsAsync(async () => await one.CallAsync(session) == FailureCode.None, "the session is served again");
        Assert.Single(Events(400, LogLevel.Error), e => e.Text.Contains("OOM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_ThatHasForgottenEverything_IsNoticed()
    {
        RecordedLog.Current.ExpectError(400);
        await using var server = await RedisServer.StartAsync("--appendonly", "no");
        await using var one = await Instance.StartAsync(server, _protection, _options);
        using var session = await one.OpenAsync(Instance.Client());
        Assert.Equal(FailureCode.None, await one.CallAsync(session));
        await server.StopAsync();
        Assert.Equal(FailureCode.StoreUnavailable, await one.CallAsync(session));
        await server.StartAgainAsync();
        await Eventually.IsAsync(async () => await one.CallAsync(session) == FailureCode.UnknownContext, "the session is unknown");
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 408);
    }

    [Fact]
    public async Task Redis_ThatEvicts_IsReported()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        await using var one = await Instance.StartAsync(server, _protection, _options);
        await Eventually.IsAsync(() => Task.FromResult(Events(407, LogLevel.Warning).Any(e => e.Text.Contains("allkeys-lru", StringComparison.Ordinal))), "the warning");
    }

    private static IEnumerable<LogEntry> Events(int id, LogLevel level) =>
        RecordedLog.Current.Entries.Where(e => e.Category == "SecureConversation.Redis" && e.Id == id && e.Level == level);
}
