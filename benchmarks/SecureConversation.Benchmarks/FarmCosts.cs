using System.Diagnostics;
using Farm;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.Binding;
using SecureConversation.Redis;
using SecureConversation.Testing;
using StackExchange.Redis;

namespace SecureConversation.Benchmarks;

/// <summary>
/// What a message of a session costs its service with Redis on the same machine and without, measured in turns in one run; and what a
/// session takes: in the memory of the process, and in Redis. A message is received and answered; its making and the check of the reply are
/// the client's, and not measured. Processor time is that of this process, without Redis, and the number to rely on where the machine has
/// other work. Needs redis-server.
/// </summary>
internal static class FarmCosts
{
    private const int Rounds = 5;
    private const int Messages = 2_000;
    private const int AtOnce = 16;

    private static readonly MessageSecurityBinding Binding =
        MessageSecurityBinding.Create(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256Sha256));

    private static readonly MessageSecurityClient Client = new(Binding, TestCredentials.Client);

    public static async Task RunAsync(int sessions)
    {
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Farm.");
        using var server = await RedisServer.StartAsync(folder);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration + ",allowAdmin=true");
        await using var redis = new SecureConversationRedis(connection, new EphemeralDataProtectionProvider(), new SecureConversationRedisOptions
        {
            MaxLocalStates = Math.Max(10_000, sessions),
            LocalStateLifetime = TimeSpan.FromHours(1),
        });

        await CompareAsync(redis);
        await WeighAsync("in memory", null, connection, sessions);
        await WeighAsync("with Redis", redis, connection, sessions);
        await server.StopAsync();
        folder.Delete(recursive: true);
    }

    private static MessageSecurityService CreateService(SecureConversationRedis? redis, int sessions = 10_000) => new(Binding, TestCredentials.Service,
        new MessageSecurityServiceOptions
        {
            SessionStore = redis?.SessionStore,
            ReplayCache = redis?.ReplayCache,
            EndpointName = redis is null ? null : "benchmark",
            MaxSessions = sessions * 2,
            Address = Conversation.Address,
        });

    private static async Task CompareAsync(SecureConversationRedis redis)
    {
        using var inMemory = CreateService(null);
        using var withRedis = CreateService(redis);
        using var first = await OpenAsync(inMemory);
        using var second = await OpenAsync(withRedis);
        Console.WriteLine($"{Messages} messages of 1 KB in each of {Rounds} rounds, after one to warm up: microseconds for a message");
        foreach (var atOnce in new[] { 1, AtOnce })
        {
            var (memory, remote) = (new List<Cost>(), new List<Cost>());
            for (var round = 0; round <= Rounds; round++)
            {
                var (one, other) = (await MeasureAsync(inMemory, first, atOnce), await MeasureAsync(withRedis, second, atOnce));
                if (round > 0)
                {
                    memory.Add(one);
                    remote.Add(other);
                }
            }

            Print(atOnce, "elapsed", Median(memory, cost => cost.Elapsed), Median(remote, cost => cost.Elapsed));
            Print(atOnce, "of a processor", Median(memory, cost => cost.Processor), Median(remote, cost => cost.Processor));
        }
    }

    private static void Print(int atOnce, string what, double here, double there) =>
        Console.WriteLine($"{atOnce,3} at once, {what}: in memory {here:F0} us, with Redis {there:F0} us: {there / here:F2} times, {there - here:F0} us more");

    private static async Task<Cost> MeasureAsync(MessageSecurityService service, ClientSession session, int atOnce)
    {
        var plain = Conversation.Envelope(1024);
        var requests = Enumerable.Range(0, Messages).Select(_ => session.Secure(plain)).ToArray();
        var next = -1;
        using var process = Process.GetCurrentProcess();
        var (watch, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < requests.Length; i = Interlocked.Increment(ref next))
            {
                await CallAsync(service, requests[i]);
            }
        })));
        var elapsed = watch.Elapsed;
        process.Refresh();
        var cost = new Cost(elapsed.TotalMicroseconds / Messages, (process.TotalProcessorTime - processor).TotalMicroseconds / Messages);
        Array.ForEach(requests, request => request.Dispose());
        return cost;
    }

    /// <summary>Sessions are opened and used once each, and their clients forgotten.</summary>
    private static async Task WeighAsync(string name, SecureConversationRedis? redis, ConnectionMultiplexer connection, int sessions)
    {
        using var service = CreateService(redis, sessions);
        for (var i = 0; i < 100; i++)
        {
            await OpenAndUseAsync(service);
        }

        var (managed, resident, remote) = (Managed(), Resident(), await RemoteAsync(connection));
        for (var i = 0; i < sessions; i++)
        {
            await OpenAndUseAsync(service);
        }

        var (perSession, perSessionResident) = ((Managed() - managed) / sessions, (Resident() - resident) / sessions);
        Console.WriteLine($"{sessions} sessions {name}: {perSession} B of managed memory each, {perSessionResident} B of resident memory each: "
            + $"{(1L << 30) / Math.Max(perSession, perSessionResident):N0} in 1 GB; {(await RemoteAsync(connection) - remote) / sessions} B in Redis each, "
            + $"with the {(redis is null ? 0 : 3)} messages remembered of each");
        Assert.Equal(sessions + 100, service.SessionCount);
    }

    private static async Task OpenAndUseAsync(MessageSecurityService service)
    {
        using var session = await OpenAsync(service);
        using var request = session.Secure(Conversation.Envelope(100));
        await CallAsync(service, request);
    }

    private static async Task<ClientSession> OpenAsync(MessageSecurityService service)
    {
        using var handshake = Client.StartSession(Conversation.Address);
        using var result = await service.ReceiveAsync(handshake.Envelope);
        return handshake.Complete(((ServiceResult.Respond)result).Envelope);
    }

    private static async Task CallAsync(MessageSecurityService service, SecuredRequest request)
    {
        using var result = await service.ReceiveAsync(request.Envelope);
        using var reply = ((ServiceResult.Dispatch)result).Secure(TestEnvelope.WithAction(MessageVersion.Default, "urn:e/EchoResponse", "<EchoResponse xmlns=\"urn:e\"/>"));
    }

    private static double Median(List<Cost> costs, Func<Cost, double> part) => costs.Select(part).Order().ElementAt(costs.Count / 2);

    /// <summary>Microseconds for a message.</summary>
    private readonly record struct Cost(double Elapsed, double Processor);

    private static long Managed()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async Task<long> RemoteAsync(ConnectionMultiplexer connection)
    {
        var memory = await connection.GetServers()[0].InfoAsync("memory");
        return long.Parse(memory.SelectMany(section => section).First(pair => pair.Key == "used_memory").Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
