using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Farm.Steps;

/// <summary>
/// Under load one process is killed, and later another one takes its place. An order is carried out once however often it comes, so the client
/// repeats a call whose connection broke, in a new message. Other calls could not be repeated: whether they ran is not known.
/// </summary>
internal static class Failover
{
    private const int Callers = 8;
    private const int FirstOrder = 1000;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(2);

    public static async Task ShowAsync(Farm farm, Report report)
    {
        var (survivor, killed) = (farm.One, farm.Other.Address);
        using var transport = new RoundRobin(survivor.Address, killed);
        await using var client = Clients.Create(transport);
        var answered = new ConcurrentDictionary<int, Placed>();
        var (next, repeated, isOver) = (FirstOrder, 0, false);
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                var order = Interlocked.Increment(ref next);
                while (true)
                {
                    try
                    {
                        answered[order] = await client.PlaceAsync(order);
                        break;
                    }
                    catch (HttpRequestException)
                    {
                        Interlocked.Increment(ref repeated);
                    }
                }
            }
        })).ToArray();

        var clock = Stopwatch.StartNew();
        await Task.Delay(Phase);
        farm.Other.Kill();
        await Task.Delay(Phase);
        await farm.ReplaceOtherAsync();
        transport.Processes = [survivor.Address, farm.Other.Address];
        await Task.Delay(Phase);
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(callers);
        var seconds = clock.Elapsed.TotalSeconds;

        var sent = next - FirstOrder;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(farm.Redis.Configuration);
        var placed = (await redis.GetDatabase().SetMembersAsync(OrderService.Orders)).Select(order => (int)order).Where(order => order > FirstOrder).ToHashSet();
        var lost = sent - answered.Keys.Count(placed.Contains);
        var by = string.Join(", ", answered.Values.CountBy(a => a.By).OrderBy(p => p.Key).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Value} by {p.Key}")));
        report.Claim($"Process B is killed under load by {Callers} callers, and no call is lost",
            string.Create(CultureInfo.InvariantCulture, $"{sent} calls in {seconds:0.0} s: {by}; {repeated} repeated, {transport.PassedOn} passed on, {lost} lost"),
            lost == 0 && answered.Count == sent);
        report.Claim("The process that goes on answers every call that it gets",
            $"{transport.Failed.GetValueOrDefault(survivor.Address)} calls failed at {survivor.Name}", !transport.Failed.ContainsKey(survivor.Address));
        var sessions = answered.Values.Select(a => a.Session).Distinct().Count();
        report.Claim("All of it is one session, also at the process that is started later",
            $"{sessions} session, {answered.Values.Count(a => a.By == farm.Other.Name)} calls at {farm.Other.Name}",
            sessions == 1 && answered.Values.Any(a => a.By == farm.Other.Name));
    }
}
