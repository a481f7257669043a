using System.Globalization;
using System.Runtime.InteropServices;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;

namespace SecureConversation.Benchmarks;

/// <summary>
/// Whether the time of a refusal tells what was wrong with a message. `timing` measures services on Kestrel over loopback sockets with the
/// schedule of refusals, and fails when two classes can be told apart; `timing --engine` measures the engine without its schedule,
/// and only prints. Options: --samples N of each class (20,000), --connections N (64), --only TEXT in the name of a measurement,
/// --step MS (25; 0 switches the schedule off), --max-step MS (that of the defaults: on a busy machine refusals overrun their step, and then
/// wait longer and longer).
/// </summary>
internal static class TimingCommand
{
    private const double Tolerance = 0.02;

    public static async Task<int> RunAsync(string[] args)
    {
        var samples = int.Parse(Option(args, "--samples") ?? "20000", CultureInfo.InvariantCulture);
        var connections = int.Parse(Option(args, "--connections") ?? "64", CultureInfo.InvariantCulture);
        var step = TimeSpan.FromMilliseconds(double.Parse(Option(args, "--step") ?? "25", CultureInfo.InvariantCulture));
        var maxStep = Option(args, "--max-step") is { } most
            ? TimeSpan.FromMilliseconds(double.Parse(most, CultureInfo.InvariantCulture)) : TimingService.Unlimited.MaxStep;
        var only = Option(args, "--only") ?? "";
        var exceeded = 0;
        Console.WriteLine(FormattableString.Invariant($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, step {step.TotalMilliseconds} ms"));
        foreach (var plan in TimingPlan.All.Where(p => Name(p).Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            if (args.Contains("--engine"))
            {
                Console.WriteLine($"{Name(plan)}, engine alone");
                Console.WriteLine((await plan.MeasureEngineAsync(samples)).Describe());
                continue;
            }

            Console.WriteLine($"{Name(plan)}, Kestrel, {connections} connections");
            var run = await plan.MeasureWireAsync(samples, connections, TimingService.Unlimited with { Step = step, MaxStep = maxStep }, isTest: false);
            Console.WriteLine(run.Describe());
            exceeded += run.Pairs().Count(pair => pair.Area.Exceeds(Tolerance));
        }

        if (args.Contains("--engine"))
        {
            return 0;
        }

        Console.WriteLine(exceeded == 0 ? $"No two classes differ by more than {Tolerance}." : $"{exceeded} pairs differ by more than {Tolerance}.");
        return exceeded == 0 ? 0 : 1;
    }

    private static string Name(TimingPlan plan) => $"{plan.Binding} {plan.Exchange} {plan.Attack}";

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : null;
}
