using System.Diagnostics;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>The same calls with a session and without: what EstablishSecurityContext is for.</summary>
internal static class Comparison
{
    private const int WarmUp = 20;
    private const int MostRounds = 5;

    public static async Task RunAsync(Report report, SecureConversationClient inSession, OrderService service, Wire wire, People people, int calls)
    {
        report.Step($"{calls} calls with a session, {calls} without");
        var oneByOneWire = new Wire();
        await using var oneByOne = Clients.Connect(service.OneByOneAddress, Clients.OneByOne, people.ClientCredentials, oneByOneWire);
        await MeasureAsync(oneByOne, oneByOneWire, people, WarmUp);
        await MeasureAsync(inSession, wire, people, WarmUp);

        var (before, sessions) = (service.Requests, service.OpenSessions);
        var (with, without) = (new List<Measured>(), new List<Measured>());
        var rounds = Math.Min(MostRounds, calls);
        for (var round = 0; round < rounds; round++)
        {
            // In turns, so that both see the same machine.
            var callsOfRound = (calls * (round + 1) / rounds) - (calls * round / rounds);
            without.Add(await MeasureAsync(oneByOne, oneByOneWire, people, callsOfRound));
            with.Add(await MeasureAsync(inSession, wire, people, callsOfRound));
        }

        Tell(report, with, without);
        report.Check(service.Requests - before == 2 * calls && service.OpenSessions == sessions, "All calls were answered, and no further session was opened.");
        report.Check(with.Sum(m => m.Operations) == 0, "In the session no RSA at all.");
        report.Check(without.Sum(m => m.Operations) == 2 * calls, "Without it the client signs and the service unwraps a key in each call.");
        report.Check(with[0].RequestBytes < without[0].RequestBytes, "Requests in the session are smaller.");
    }

    private static void Tell(Report report, List<Measured> with, List<Measured> without)
    {
        var ratios = with.Zip(without, (w, wo) => Middle(wo.Times) / Middle(w.Times)).Order().ToArray();
        report.Table(["", "in a session", "one by one", "ratio"],
            ["time per call, median", Milliseconds(with, 0.5), Milliseconds(without, 0.5), $"{Show.Number(ratios[ratios.Length / 2])} ({Show.Number(ratios[0])} to {Show.Number(ratios[^1])})"],
            ["fastest call", Milliseconds(with, 0), Milliseconds(without, 0), ""],
            ["19 of 20 calls take at most", Milliseconds(with, 0.95), Milliseconds(without, 0.95), ""],
            ["slowest call", Milliseconds(with, 1), Milliseconds(without, 1), ""],
            Bytes("bytes per request", with[0].RequestBytes, without[0].RequestBytes),
            Bytes("bytes per reply", with[0].ReplyBytes, without[0].ReplyBytes),
            ["private RSA operations per call", OperationsPerCall(with), OperationsPerCall(without), ""]);
        report.Say($"Time is from call to verified reply: client, service and loopback in one process, in {with.Count} rounds of which each has a ratio of its own. To each private RSA operation belongs one with the public key at the other end.");
    }

    private static async Task<Measured> MeasureAsync(SecureConversationClient client, Wire wire, People people, int calls)
    {
        var operations = people.PrivateKeyOperations;
        var times = new TimeSpan[calls];
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await client.CallAsync(Clients.Action, Clients.Order("42"));
            times[i] = Stopwatch.GetElapsedTime(start);
        }

        return new Measured(times, wire.LastRequest.Body.Length, wire.LastReply.Body.Length, people.PrivateKeyOperations - operations);
    }

    private static string[] Bytes(string name, int with, int without) => [name, Show.Bytes(with), Show.Bytes(without), Show.Number((double)without / with)];

    private static string OperationsPerCall(List<Measured> rounds) => Show.Number((double)rounds.Sum(r => r.Operations) / rounds.Sum(r => r.Times.Length));

    private static string Milliseconds(List<Measured> rounds, double part) => Show.Milliseconds(Quantile(rounds.SelectMany(r => r.Times), part));

    private static TimeSpan Middle(TimeSpan[] times) => Quantile(times, 0.5);

    private static TimeSpan Quantile(IEnumerable<TimeSpan> times, double part)
    {
        var ordered = times.Order().ToArray();
        return ordered[(int)(part * (ordered.Length - 1))];
    }

    private sealed record Measured(TimeSpan[] Times, int RequestBytes, int ReplyBytes, int Operations);
}
