using System.Text;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>The application refuses an order.</summary>
internal static class ApplicationFault
{
    public static async Task RunAsync(Report report, SecureConversationClient client, Wire wire)
    {
        report.Step("A fault of the application");
        var error = await Expect.RefusalAsync(() => client.CallAsync(Clients.Action, Clients.Order("0")));
        report.Facts(("the client gets", Show.Fault(error.Fault!)));
        report.Check(error.Fault is { IsSecured: true, Subcode: "{urn:quickstart}OutOfStock" }, "The fault is protected like a reply: it is from the service and nobody else.");
        report.Check(!Encoding.UTF8.GetString(wire.LastReply.Body).Contains("stock", StringComparison.Ordinal), "Its reason is encrypted on the wire.");
        await client.CallAsync(Clients.Action, Clients.Order("43"));
        report.Check(true, "The session goes on.");
    }
}
