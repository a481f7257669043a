using System.Text;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Output;
using SecureConversation.Cli.Reports;
using SecureConversation.Testing.Vectors;
using Capture = SecureConversation.Cli.Captures.Capture;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>Reports of envelopes that a test writes, and of recorded conversations with one message changed.</summary>
internal static class ReportedMessages
{
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    public const string Soap = "http://www.w3.org/2003/05/soap-envelope";

    /// <summary>An envelope with a timestamp in its security header.</summary>
    public static string Envelope(string body, string items = "") =>
        $"<s:Envelope xmlns:s='{Soap}' xmlns:a='http://www.w3.org/2005/08/addressing' xmlns:o='{Wsse}' xmlns:u='{Wsu}'>"
        + "<s:Header><a:Action>urn:transfer</a:Action><o:Security><u:Timestamp u:Id='t'><u:Created>2026-01-01T00:00:00.000Z</u:Created></u:Timestamp>"
        + $"{items}</o:Security></s:Header><s:Body>{body}</s:Body></s:Envelope>";

    public static string Fault(string reason) => $"<s:Envelope xmlns:s='{Soap}'><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
        + $"<s:Reason><s:Text xml:lang='en'>{reason}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";

    public static CapturedMessage Captured(string body) => new() { Source = "a test", Body = Encoding.UTF8.GetBytes(body) };

    public static ConversationReport Report(params CapturedMessage[] messages) =>
        ConversationReporter.Create([Capture(messages)], new DecodingKeys(), given: null, TestContext.Current.CancellationToken);

    /// <summary>A recorded conversation whose third message is changed.</summary>
    /// <param name="name">The recording.</param>
    /// <param name="change">The change.</param>
    /// <param name="isGiven">Whether the binding is given: the one that the recording shows.</param>
    public static ConversationReport Recorded(string name, Func<string, string>? change = null, bool isGiven = false)
    {
        var vector = VectorArchive.Get(name);
        var recorded = vector.Messages.Select(m => Encoding.UTF8.GetString(m.ReadBytes())).ToList();
        var keys = new DecodingKeys { Certificates = [vector.ServiceCertificate, vector.ClientCertificate] };
        var given = isGiven ? ConversationReporter.CreateWithBinding(
            [Capture([.. recorded.Select(Captured)])], keys, null, TestContext.Current.CancellationToken).Binding : null;
        var messages = recorded.Select((text, i) => Captured(i == 2 && change is not null ? change(text) : text));
        return ConversationReporter.Create([Capture([.. messages])], keys, given, TestContext.Current.CancellationToken);
    }

    public static string Json(ConversationReport report)
    {
        using var writer = new StringWriter();
        ConversationJson.Write(report, writer);
        return writer.ToString();
    }

    public static IEnumerable<PartReport> Parts(PartReport? part) => part is null ? [] : part.Children.SelectMany(Parts).Prepend(part);

    private static Capture Capture(IReadOnlyList<CapturedMessage> messages) => new() { Name = "a test", Format = "bodies", Messages = messages };
}
