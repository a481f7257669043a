using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>What the service keeps for a session.</summary>
internal static class SessionState
{
    public static async Task RunAsync(Report report, SecureConversationClient client, OrderService service)
    {
        report.Step("State of the session");
        var first = service.Last!.SessionId;
        var reply = await client.CallAsync(Clients.Action, Clients.Order("7"));
        report.Facts(("reply", reply));
        report.Check(reply.Contains("<count>2</count>", StringComparison.Ordinal), "The service counted the second order in the items of the session.");
        report.Check(service.Last!.SessionId == first && service.OpenSessions == 1, "It is the same session, and the only one.");
    }
}
