using System.Globalization;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// `soak [MINUTES]` (3): honest clients and attackers against two hosts on sockets. Fails when a replay or forgery is executed, an honest
/// call fails, an error is logged, memory grows in the second half, or a session or a waiting refusal is left at the end. The last line
/// has the numbers.
/// </summary>
internal static class SoakCommand
{
    private const int Clients = 64;
    private const int Attackers = 48;

    public static async Task<int> RunAsync(string[] args)
    {
        var minutes = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        await using var run = await SoakRun.StartAsync();
        await run.LoadAsync(TimeSpan.FromMinutes(minutes), Clients, Attackers);
        foreach (var problem in run.Ledger.Problems)
        {
            Console.WriteLine(problem);
        }

        var left = run.Left;
        var kinds = SoakEndpoints.All;
        var calls = kinds.Sum(k => run.Counts["call/" + k]);
        // What did not run proves nothing.
        var hasRun = kinds.All(k => run.Counts["call/" + k] > 0) && run.Counts["attack/replayed"] > 0 && run.Counts["attack/own changed"] > 0;
        var isClean = SoakLedger.SeesAll() && run.Ledger.Problems.Count == 0 && hasRun && left == (0, 0, 0) && run.Memory.IsLevel;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"soak {(isClean ? "passed" : "failed")}: {minutes} min, {Clients} clients, {calls} calls ({run.Counts.Describe("call/")}), sessions {run.Counts.Describe("session/")}, "
            + $"too busy {kinds.Sum(k => run.Counts["busy/" + k])}; {Attackers} attackers ({run.Counts.Describe("attack/")}); {run.Ledger.Problems.Count} problems; "
            + $"{run.Memory}; left {left.Sessions} sessions, {left.Stored} stored, {left.Waiting} waiting"));
        return isClean ? 0 : 1;
    }
}
