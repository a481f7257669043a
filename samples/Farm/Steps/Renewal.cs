using System.Net.Http.Headers;
using System.Text;
using SecureConversation;
using SecureConversation.Binding;

namespace Farm.Steps;

/// <summary>
/// The keys of a session are those of the service. Here the client decides when and where a key is renewed, so it is made of the engine alone.
/// </summary>
internal static class Renewal
{
    private const string Plain = """
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
        <a:Action s:mustUnderstand="1">urn:farm/Place</a:Action><a:MessageID>{0}</a:MessageID><a:To s:mustUnderstand="1">{1}</a:To></s:Header>
        <s:Body><Place xmlns="urn:farm"><order>7</order></Place></s:Body></s:Envelope>
        """;

    public static async Task ShowAsync(Farm farm, Report report)
    {
        var client = new MessageSecurityClient(MessageSecurityBinding.Create(Clients.Security.CreateSecurityBindingElement()), Clients.Credentials);
        using var http = new HttpClient();
        using var opening = client.StartSession(OrderService.Address);
        using var session = ((HandshakeStep.Completed)opening.Receive(await PostAsync(farm.One, Envelope(opening)))).Session;
        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var (renews, uses) = i % 2 == 0 ? (farm.Other, farm.One) : (farm.One, farm.Other);
            using var old = session.Secure(Request());
            using var renewal = session.StartRenewal();
            renewal.Receive(await PostAsync(renews, Envelope(renewal)));
            using var request = session.Secure(Request());
            answers.Add(await CallAsync(uses, request));
            answers.Add(await CallAsync(renews, old));
        }

        using var cancel = session.StartCancel();
        cancel.Complete(await PostAsync(farm.Other, cancel.Envelope));
        report.Claim("A key that one process renews is used at the other at once, and messages under the old key are accepted on the way",
            $"4 renewals, answered by {string.Join(", ", answers)}", string.Concat(answers) == "ABBAABBA");

        async Task<string> CallAsync(ServiceProcess process, SecuredRequest request)
        {
            using var reply = request.VerifyReply(await PostAsync(process, request.Envelope));
            var text = Encoding.UTF8.GetString(reply.Envelope.Span);
            return text.Contains($"<by>{process.Name}</by>", StringComparison.Ordinal) ? process.Name : "a fault";
        }

        async Task<byte[]> PostAsync(ServiceProcess process, ReadOnlyMemory<byte> envelope)
        {
            using var content = new ReadOnlyMemoryContent(envelope);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
            using var response = await http.PostAsync(new Uri(process.Address, OrderService.Address.AbsolutePath), content);
            return await response.Content.ReadAsByteArrayAsync();
        }
    }

    private static ReadOnlyMemory<byte> Envelope(SessionHandshake handshake) => ((HandshakeStep.Send)handshake.Step).Envelope;

    private static byte[] Request() => Encoding.UTF8.GetBytes(
        Plain.Replace("{0}", $"urn:uuid:{Guid.NewGuid()}", StringComparison.Ordinal).Replace("{1}", OrderService.Address.AbsoluteUri, StringComparison.Ordinal));
}
