using System.Text;
using SecureConversation;
using SecureConversation.Binding;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>The client cancels its session; what comes late is answered by BadContextToken.</summary>
internal static class Ending
{
    public const string Late = "protected before the cancel, sent after it";

    public static async Task RunAsync(Report report, SecureConversationClient client, OrderService service, Wire wire, People people)
    {
        report.Step("The end of a session");
        var id = service.Last!.SessionId!;
        await client.CloseAsync();
        report.Check(service.OpenSessions == 0 && service.Ended[id] == SessionCloseReason.Cancelled, "The client cancelled the session, and the service forgot its key.");
        await CallLateAsync(report, service, wire, people);
    }

    /// <summary>A client would open a new session by itself; so this one is made of the engine, which sends nothing by itself.</summary>
    private static async Task CallLateAsync(Report report, OrderService service, Wire wire, People people)
    {
        var binding = MessageSecurityBinding.Create(Clients.InSession);
        var engine = new MessageSecurityClient(binding, people.ClientCredentials);
        using var http = new HttpClient(wire.CreateTransport());

        using var handshake = engine.StartSession(service.SessionAddress);
        while (handshake.Step is HandshakeStep.Send next)
        {
            handshake.Receive(await PostAsync(http, service.SessionAddress, next.Envelope));
        }

        using var session = ((HandshakeStep.Completed)handshake.Step).Session;
        using var call = session.Secure(Envelope(service.SessionAddress));
        using var cancel = session.StartCancel();
        cancel.Complete(await PostAsync(http, service.SessionAddress, cancel.Envelope));
        report.Facts(("second session", $"{session.Id}, opened and cancelled"));

        wire.Note = Late;
        var reply = await PostAsync(http, service.SessionAddress, call.Envelope);
        var refusal = await Expect.RefusalAsync(() => Task.FromResult(call.VerifyReply(reply)));
        report.Check(refusal is { Failure: SecureConversationFailure.BadContextToken, Fault.IsSecured: false }, "A call after the cancel is answered by BadContextToken.");
        report.Facts(("the late call gets", Show.Fault(refusal.Fault!)));
        report.Check(service.OpenSessions == 0, "No session is left.");
    }

    private static async Task<byte[]> PostAsync(HttpClient http, Uri address, ReadOnlyMemory<byte> envelope)
    {
        using var content = new ReadOnlyMemoryContent(envelope);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/soap+xml; charset=utf-8");
        using var response = await http.PostAsync(address, content);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static byte[] Envelope(Uri to) => Encoding.UTF8.GetBytes(
        $"""
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
          <s:Header>
            <a:Action s:mustUnderstand="1">{Clients.Action}</a:Action>
            <a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>
            <a:To s:mustUnderstand="1">{to}</a:To>
          </s:Header>
          <s:Body>{Clients.Order("44")}</s:Body>
        </s:Envelope>
        """);
}
