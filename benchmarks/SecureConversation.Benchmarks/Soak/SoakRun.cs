using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>Two hosts, honest clients and attackers for some time, and what is left when they are gone.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    public static readonly string[] HostNames = ["a", "b"];

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly MeterListener _meter = new();
    private readonly SoakStore _store = new();
    private long _waiting;

    private SoakRun()
    {
        Log = new SoakLog(Ledger);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "secureconversation.waiting_refusals")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meter.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _waiting, change));
        _meter.Start();
    }

    public SoakLedger Ledger { get; } = new();

    public SoakCounts Counts { get; } = new();

    public SoakLog Log { get; }

    public SoakTap Tap { get; } = new();

    public SoakMemory Memory { get; } = new();

    public List<SoakHost> Hosts { get; } = [];

    /// <summary>What is open: sessions of both hosts, sessions in the store, refusals that wait.</summary>
    public (int Sessions, int Stored, long Waiting) Left => (Hosts.Sum(h => h.SessionCount), _store.Count, Interlocked.Read(ref _waiting));

    public static async Task<SoakRun> StartAsync()
    {
        var run = new SoakRun();
        var replays = new InMemoryReplayCache(900_000, TimeProvider.System);
        foreach (var name in HostNames)
        {
            run.Hosts.Add(await SoakHost.StartAsync(name, run.Ledger, run.Log, run._store, replays));
        }

        return run;
    }

    /// <summary>Runs the load, then waits until nothing is open or a minute has passed.</summary>
    public async Task LoadAsync(TimeSpan duration, int clients, int attackers)
    {
        var told = TimeSpan.Zero;
        var before = 0L;
        using var stop = new CancellationTokenSource(duration);
        var attackersList = Enumerable.Range(0, attackers).Select(i => new SoakAttacker(clients + i, this)).ToList();
        var running = Enumerable.Range(0, clients).Select(i => Task.Run(() => Client(i).RunAsync(stop.Token)))
            .Concat(attackersList.Select(a => Task.Run(() => a.RunAsync(stop.Token)))).ToList();
        var all = Task.WhenAll(running);
        var watch = Stopwatch.StartNew();
        while (!all.IsCompleted)
        {
            Memory.Sample(watch.Elapsed);
            if (watch.Elapsed - told > ToldEvery)
            {
                var calls = Ledger.Executed;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Memory.Last}, {(calls - before) / (watch.Elapsed - told).TotalSeconds:F0} calls/s, {Ledger.Problems.Count} problems"));
                (told, before) = (watch.Elapsed, calls);
            }

            await Task.WhenAny(all, Task.Delay(SampleEvery));
        }

        await all;
        foreach (var attacker in attackersList)
        {
            await attacker.CloseAsync();
            attacker.Dispose();
        }

        // Sessions that were abandoned end by themselves, after at most two periods.
        for (var waited = Stopwatch.StartNew(); Left != (0, 0, 0) && waited.Elapsed < TimeSpan.FromMinutes(1);)
        {
            await Task.Delay(250);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }

        Tap.Dispose();
        _meter.Dispose();
    }

    /// <summary>Of eight clients five have sessions at one host, two have them at both, and one has none.</summary>
    private SoakClient Client(int number)
    {
        var host = number % HostNames.Length;
        var kind = (number / HostNames.Length % 8) switch { < 5 => SoakEndpoints.Session, < 7 => SoakEndpoints.Shared, _ => SoakEndpoints.Single };
        var endpoint = SoakHost.EndpointName(HostNames[host], kind);
        return kind == SoakEndpoints.Shared
            ? new SoakClient(number, kind, SoakHost.SharedAddress, endpoint, () => new Uri(Hosts[Random.Shared.Next(Hosts.Count)].Address, "/shared"), this)
            : new SoakClient(number, kind, new Uri(Hosts[host].Address, "/" + kind), endpoint, null, this);
    }
}
