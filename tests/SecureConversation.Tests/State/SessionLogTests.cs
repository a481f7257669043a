using System.Security.Claims;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Shared;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Whoever may open sessions without a name does not fill the log with them.</summary>
public sealed class SessionLogTests : IDisposable
{
    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());
    private static readonly ClaimsPrincipal Alice = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], "X509"));

    private readonly ManualTimeProvider _clock = new();
    private readonly RecordedLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void AnonymousSessions_GetALimitedNumberOfLinesAndThenTheirNumber()
    {
        using (var sessions = new SessionLog(_log.CreateLogger("SecureConversation.Service"), _clock, EngineTelemetry.OfClient))
        {
            for (var i = 0; i < 100; i++)
            {
                sessions.Issued($"urn:{i}", Nobody);
                sessions.Closed($"urn:{i}", Nobody, SessionCloseReason.Cancelled, DateTimeOffset.MaxValue);
            }
        }

        Assert.Equal(2 * LogLimit.EntriesPerSecond, _log.Entries.Count(e => e.Id is 2 or 3));
        Assert.Equal(["90 more anonymous sessions were issued within a second.", "90 more anonymous sessions were closed within a second."],
            _log.Entries.Where(e => e.Id is 30 or 31).Select(e => e.Text));
    }

    /// <summary>Many may end at once, whoever they belong to. Those without a name leave the lines of the others.</summary>
    [Fact]
    public void SessionsOfNamedClients_ThatEnd_GetALimitedNumberOfLinesOfTheirOwn()
    {
        using (var sessions = new SessionLog(_log.CreateLogger("SecureConversation.Service"), _clock, EngineTelemetry.OfClient))
        {
            for (var i = 0; i < 50; i++)
            {
                sessions.Closed($"urn:{i}", Nobody, SessionCloseReason.TimedOut, DateTimeOffset.MaxValue);
                sessions.Closed($"urn:{i}", Alice, SessionCloseReason.TimedOut, DateTimeOffset.MaxValue);
                sessions.Displaced($"urn:{i}", Alice, 8);
            }
        }

        Assert.Equal(2 * LogLimit.EntriesPerSecond, _log.Entries.Count(e => e.Id is 3 or 32));
        Assert.Equal(["40 more anonymous sessions were closed within a second.", "90 more sessions of clients with a name were closed within a second."],
            _log.Entries.Where(e => e.Id is 31 or 33).Select(e => e.Text));
    }

    [Fact]
    public void SessionsOfNamedClients_ThatAreIssued_AreAllLogged()
    {
        using var sessions = new SessionLog(_log.CreateLogger("SecureConversation.Service"), _clock, EngineTelemetry.OfClient);
        for (var i = 0; i < 100; i++)
        {
            sessions.Issued($"urn:{i}", Alice);
        }

        Assert.Equal(100, _log.Entries.Count(e => e.Id == 2 && e.Text.EndsWith("issued to alice.", StringComparison.Ordinal)));
    }
}
