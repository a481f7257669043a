using System.Net;
using SecureConversation.Http;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// An honest client: it opens sessions, calls, cancels. All its calls succeed, though not all at once. It calls at a fixed rate, since what
/// the memory of replays takes follows the rate, and only at a fixed one must all memory be level.
/// </summary>
internal sealed class SoakClient(int number, string kind, Uri address, string endpoint, Func<Uri>? balance, SoakRun run)
{
    private const int MaxTries = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1) / CallsPerSecond;

    /// <summary>Calls per second of one client, where the machine has the time.</summary>
    public const int CallsPerSecond = 15;

    private long _calls;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var client = new SecureConversationClient(address, Options(), run.Tap.Handler(kind, balance));
                for (var i = Random.Shared.Next(1, 60); i > 0 && !stop.IsCancellationRequested; i--)
                {
                    var pace = Task.Delay(Pace, CancellationToken.None);
                    await CallAsync(client);
                    await pace;
                }

                await client.CloseAsync(CancellationToken.None);
                run.Counts.Add("session/" + kind);
            }
            catch (Exception e)
            {
                run.Ledger.Report($"client {number} ({endpoint}): {e}");
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task CallAsync(SecureConversationClient client)
    {
        var body = run.Ledger.Body(number, ++_calls, endpoint);
        for (var tries = 1; ; tries++)
        {
            try
            {
                var reply = await client.CallAsync("urn:soak/Do", body);
                run.Counts.Add("call/" + kind);
                if (!reply.Contains(body["<Do xmlns=\"urn:soak\">".Length..^"</Do>".Length], StringComparison.Ordinal))
                {
                    run.Ledger.Report($"client {number} got the reply of another call: {reply}");
                }

                return;
            }
            catch (Exception e) when (tries < MaxTries && IsTooBusy(e))
            {
                run.Counts.Add("busy/" + kind);
                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>The one refusal that a client may meet: the message was not looked at.</summary>
    private static bool IsTooBusy(Exception e) => e is SecureConversationException { Failure: SecureConversationFailure.ServerTooBusy }
        or HttpRequestException { StatusCode: HttpStatusCode.ServiceUnavailable };

    private SecureConversationHttpOptions Options() => new()
    {
        Binding = SoakEndpoints.Binding(kind),
        Credentials = SoakEndpoints.ClientCredentials,
        LoggerFactory = run.Log,
    };
}
