using System.Diagnostics;
using System.Security.Claims;
using System.Text;
using SecureConversation.Diagnosis;
using SecureConversation.Http;

namespace Quickstart.Steps;

/// <summary>One call in the session, looked at from both ends and on the wire.</summary>
internal static class FirstCall
{
    private static readonly string[] SignedAlways = ["s:Body", "a:Action", "u:Timestamp"];

    public static async Task RunAsync(Report report, SecureConversationClient client, OrderService service, Wire wire, People people)
    {
        report.Step("A call in the session");
        var plain = Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{Clients.Order("42")}</s:Body></s:Envelope>");
        var start = Stopwatch.GetTimestamp();
        using var reply = await client.SendAsync(plain, Clients.Action);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var seen = service.Last!;
        report.Facts(
            ("context", $"{seen.SessionId}"),
            ("key lives until", $"{seen.KeyExpires:u}, {Show.Number((seen.KeyExpires!.Value - DateTimeOffset.UtcNow).TotalHours)} hours from now"),
            ("the service knows", $"{seen.User.Identity!.Name}, authenticated by {seen.User.Identity.AuthenticationType}, thumbprint {Show.Short(seen.User.FindFirstValue(ClaimTypes.Thumbprint)!)}"),
            ("reply", reply.ReadBody()),
            ("time", $"{Show.Milliseconds(elapsed)}; see below for calls after the first"));
        Tell(report, "request", seen.Protection, seen.PlainBytes, wire.LastRequest.Body.Length);
        Tell(report, "reply", reply.Message.Protection, reply.Envelope.Length, wire.LastReply.Body.Length);

        report.Check(reply.ReadBody().Contains("<customer>Alice</customer>", StringComparison.Ordinal), "The service answered Alice, and the client verified the reply.");
        report.Check(seen.User.FindFirstValue(ClaimTypes.Thumbprint) == people.Client.Certificate.Thumbprint, "The user of the call is the certificate of the handshake.");
        report.Check(reply.Message.ContextId == seen.SessionId, "Request and reply are protected by the same context.");
        report.Check(IsProtected(seen.Protection) && IsProtected(reply.Message.Protection), "Body, action and timestamp are signed in both directions, the bodies are encrypted.");
        report.Check(!Encoding.UTF8.GetString(wire.LastRequest.Body).Contains("4111", StringComparison.Ordinal), "The number of the card is not to be seen on the wire.");
    }

    private static void Tell(Report report, string name, MessageProtection protection, int plain, int wire) => report.Facts(
        ($"{name}: signed", string.Join("; ", protection.Signatures.Select(Show.Signature))),
        ($"{name}: encrypted", Show.Encryptions(protection)),
        ($"{name}: size", $"{Show.Bytes(wire)} on the wire, {Show.Bytes(plain)} plain"));

    private static bool IsProtected(MessageProtection protection) =>
        SignedAlways.All(protection.SignedParts.Contains) && protection.EncryptedParts.Contains("s:Body");
}
