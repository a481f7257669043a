using System.Diagnostics;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>The same calls with a session and without: what EstablishSecurityContext is for.</summary>
internal static class Comparison
{
    private const int WarmUp = 20;

    public static async Task RunAsync(Report report, SecureConversationClient inSession, OrderService service, Wire wire, People people, int calls)
    {
        report.Step($"{calls} calls with a session, {calls} without");
        var oneByOneWire = new Wire();
        await using var oneByOne = Clients.Connect(service.OneByOneAddress, Clients.OneByOne, people.ClientCredentials, oneByOneWire);
        await MeasureAsync(oneByOne, oneByOneWire, people, WarmUp);
        await MeasureAsync(inSession, wire, people, WarmUp);

        var (before, sessions) = (service.Requests, service.OpenSessions);
        var without = await MeasureAsync(oneByOne, oneByOneWire, people, calls);
        var with = await MeasureAsync(inSession, wire, people, calls);
        report.Table(["", "in a session", "one by one", "ratio"],
            ["median time per call", Show.Milliseconds(with.Median), Show.Milliseconds(without.Median), Show.Number(without.Median / with.Median)],
            ["bytes per request", Show.Bytes(with.RequestBytes), Show.Bytes(without.RequestBytes), Show.Number((double)without.RequestBytes / with.RequestBytes)],
            ["bytes per reply", Show.Bytes(with.ReplyBytes), Show.Bytes(without.ReplyBytes), Show.Number((double)without.ReplyBytes / with.ReplyBytes)],
            ["private RSA operations per call", Show.Number(with.Operations), Show.Number(without.Operations), ""]);
        report.Say("Time is from call to verified reply: client, service and loopback in one process. To each private RSA operation belongs one with the public key at the other end.");
        report.Check(service.Requests - before == 2 * calls && service.OpenSessions == sessions, "All calls were answered, and no further session was opened.");
        report.Check(with.Operations == 0, "In the session no RSA at all.");
        report.Check(Math.Abs(without.Operations - 2) < 0.001, "Without it the client signs and the service unwraps a key in each call.");
        report.Check(with.RequestBytes < without.RequestBytes, "Requests in the session are smaller.");
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

        Array.Sort(times);
        return new Measured(times[calls / 2], wire.LastRequest.Body.Length, wire.LastReply.Body.Length, (double)(people.PrivateKeyOperations - operations) / calls);
    }

    private sealed record Measured(TimeSpan Median, int RequestBytes, int ReplyBytes, double Operations);
}
