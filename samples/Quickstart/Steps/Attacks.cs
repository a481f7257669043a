using System.Text;
using SecureConversation;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>Somebody on the way, and somebody with a name that is not theirs.</summary>
internal static class Attacks
{
    public const string Tampered = "action changed on the way";
    public const string Replayed = "sent a second time by somebody on the way";
    public const string FromImpostor = "sent by the impostor";

    public static async Task RunAsync(Report report, SecureConversationClient client, OrderService service, Wire wire, People people)
    {
        report.Step("Attacks");
        var requests = service.Requests;

        wire.Note = Tampered;
        wire.Tamper = ChangeAction;
        var tampering = await Expect.RefusalAsync(() => client.CallAsync(Clients.Action, Clients.Order("42")));
        report.Check(tampering.Fault is { IsSecured: false }, "A request whose action was changed from Place to Grab is refused.");
        report.Facts(("the client gets", Show.Fault(tampering.Fault!)));

        await client.CallAsync(Clients.Action, Clients.Order("42"));
        requests++;
        wire.Note = Replayed;
        var fault = await ReplayAsync(wire, service.SessionAddress);
        report.Check(fault.Contains(tampering.Fault!.Reason, StringComparison.Ordinal),
            "A request that is sent a second time is refused with the same words: the wire does not tell which rule was broken.");

        wire.Note = FromImpostor;
        await using var impostor = Clients.Connect(service.SessionAddress, Clients.InSession, people.CredentialsOf(people.Impostor), wire);
        var refusal = await Expect.RefusalAsync(() => impostor.OpenAsync());
        report.Check(refusal is { Failure: SecureConversationFailure.FailedAuthentication, Fault.IsSecured: false }, "The impostor gets no session.");
        report.Facts(("the impostor gets", Show.Fault(refusal.Fault!)));
        report.Check(service.Requests == requests && service.OpenSessions == 1, "The application saw none of this, and the session of the client is open still.");
    }

    private static byte[] ChangeAction(byte[] envelope) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(envelope).Replace($">{Clients.Action}<", ">urn:quickstart/Grab<", StringComparison.Ordinal));

    private static async Task<string> ReplayAsync(Wire wire, Uri address)
    {
        using var http = new HttpClient(wire.CreateTransport());
        using var content = new ByteArrayContent(wire.LastRequest.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", wire.LastRequest.ContentType);
        using var response = await http.PostAsync(address, content);
        return await response.Content.ReadAsStringAsync();
    }
}
