using System.Diagnostics;
using SecureConversation.Diagnosis;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>The client opens a session; the decoder, which holds the key of the service, tells how it is protected.</summary>
internal static class Handshake
{
    public static async Task RunAsync(Report report, SecureConversationClient client, OrderService service, Wire wire, People people)
    {
        report.Step("The handshake: both prove themselves, once");
        var (operations, watch) = (people.PrivateKeyOperations, Stopwatch.StartNew());
        await client.OpenAsync();
        var elapsed = watch.Elapsed;
        operations = people.PrivateKeyOperations - operations;

        using var decoder = Decoders.Create(people);
        using var request = decoder.Decode(wire.Messages[0]);
        using var response = decoder.Decode(wire.Messages[1]);
        var endorsing = request.Protection!.Signatures.Single(s => s.IsEndorsing);
        report.Facts(
            ("client -> service", $"{request.Kind}, {Show.Bytes(wire.Messages[0].Body.Length)}: asks for a security context, with half of a secret"),
            ("client proves", $"it has {Show.Key(endorsing.Key)}: endorsing signature over the message signature, {Show.Algorithm(endorsing.Algorithm)}"),
            ("service -> client", $"{response.Kind}, {Show.Bytes(wire.Messages[1].Body.Length)}: the context, with the other half"),
            ("service proves", "it could unwrap the key that the client encrypted for its certificate: the response is signed and encrypted with keys derived from it"),
            ("cost", $"{Show.Milliseconds(elapsed)}, most of it first use of the code; {operations} operations with private RSA keys"));
        report.Check(request is { IsVerified: true, Kind: DecodedKind.IssueRequest } && response is { IsVerified: true, Kind: DecodedKind.IssueResponse }, "Request and response verify.");
        report.Check(request.SenderCertificate!.Thumbprint == people.Client.Certificate.Thumbprint, "The endorsing signature was made with the certificate of the client.");
        report.Check(operations == 2, "Two operations with private RSA keys: the client signs, the service unwraps.");
        report.Check(service.OpenSessions == 1 && service.Requests == 0, "The service has one session open, and its application saw nothing of this.");
    }
}
