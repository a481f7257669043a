using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Farm.Steps;

/// <summary>
/// Callers that place orders while one process is killed, and later another one takes its place. An order is carried out once however often it
/// comes, so the client repeats a call whose connection broke, in a new message. Other calls could not be repeated: whether they ran is not known.
/// </summary>
internal sealed class Load
{
    public const int Callers = 8;
    public const int FirstOrder = 1000;

    // A process that has just started is slow, and is to be in the middle of its work when it is killed.
    private const int WarmUp = 20;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(2);

    // So short that renewals can be seen: one of them is under way now and then when a process is killed.
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1.5);

    private int _next = FirstOrder;
    private int _repeated;
    private bool _isOver;

    public ConcurrentDictionary<int, Placed> Answered { get; } = new();

    public int Sent => _next - FirstOrder;

    public long Opened { get; private set; }

    public long Renewed { get; private set; }

    /// <summary>The calls that failed at the process that goes on.</summary>
    public int FailedAtSurvivor { get; private set; }

    public string Figures { get; private set; } = "";

    public static async Task<Load> RunAsync(Farm farm)
    {
        var load = new Load();
        var (survivor, killed) = (farm.One.Address, farm.Other.Address);
        using var meter = new SessionMeter();
        using var transport = new RoundRobin(survivor, killed);
        await using var client = Clients.Create(transport, farm.HasCookies, Renewal);
        for (var order = 0; order < WarmUp; order++)
        {
            await client.PlaceAsync(order);
        }

        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => load.CallAsync(client))).ToArray();

        var clock = Stopwatch.StartNew();
        await Task.Delay(Phase);
        farm.Other.Kill();
        await Task.Delay(Phase);
        await farm.ReplaceOtherAsync();
        transport.Processes = [survivor, farm.Other.Address];
        await Task.Delay(Phase);
        Volatile.Write(ref load._isOver, true);
        await Task.WhenAll(callers);

        var seconds = clock.Elapsed.TotalSeconds;
        (load.Opened, load.Renewed) = (meter.Opened, meter.Renewed);
        load.FailedAtSurvivor = transport.Failed.GetValueOrDefault(survivor);
        var by = string.Join(", ", load.Answered.Values.CountBy(a => a.By).OrderBy(p => p.Key)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Value} by {p.Key}")));
        load.Figures = string.Create(CultureInfo.InvariantCulture,
            $"{load.Sent} calls in {seconds:0.0} s: {by}; {load._repeated} repeated, {transport.PassedOn} passed on");
        return load;
    }

    private async Task CallAsync(SecureConversation.Http.SecureConversationClient client)
    {
        while (!Volatile.Read(ref _isOver))
        {
            var order = Interlocked.Increment(ref _next);
            while (!Answered.ContainsKey(order))
            {
                try
                {
                    Answered[order] = await client.PlaceAsync(order);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref _repeated);
                }
            }
        }
    }
}
