using System.Text;
using System.Xml.Linq;
using SecureConversation.Cli.Reports;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Says all that is known of a message, whether it verified or not.</summary>
internal sealed class MessageReporter(Recognition recognition)
{
    private const int MaxWire = 4 * 1024 * 1024;

    private readonly Dictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _exchanges = [];
    private readonly FormBudget _forms = FormBudget.OfReport();
    private int? _lastRequest;

    /// <summary>The report of a message that was decoded.</summary>
    public MessageReport Of(WireMessage message, DecodedMessage decoded, MessageVerdict verdict)
    {
        var isRefused = verdict == MessageVerdict.Refused;
        var signatures = new SignatureReporter(message, verdict == MessageVerdict.Unsecured ? [] : WireSignature.Of(message),
            decoded.Protection, decoded.SenderCertificate, isRefused, _forms);
        var answerTo = AnswerTo(message);
        return Plain(message, IsNegotiation(message) ? "Negotiation" : decoded.Kind.ToString(), verdict) with
        {
            SessionId = decoded.ContextId ?? SessionOf(message),
            KeyInstance = decoded.ContextInstance ?? InstanceOf(message),
            AnswerTo = answerTo,
            // Without a signature or a transport that is known, a name is only said.
            Sender = verdict == MessageVerdict.Unsecured ? null : decoded.SenderCertificate?.Subject ?? decoded.UserName,
            Signatures = signatures.Reports,
            Encryptions = [.. message.Encryptions.Select(e => new EncryptionReport(
                e.Id, e.Plain is null ? null : WireNames.Short(e.Plain.Name), e.Algorithm, KeyOf(e), e.IsDecrypted))],
            Envelope = EnvelopeTree.Of(message, signatures.SignedBy),
            Plaintext = PlaintextOf(message, decoded),
            Failure = isRefused ? FailureSentences.Of(decoded) : null,
            Fault = decoded.Fault is { } fault
                ? new FaultReport(fault.Subcode is null ? fault.Code : $"{fault.Code} {fault.Subcode}", fault.Reason, fault.IsSecured)
                : null,
            Notes = [.. Notes(message, decoded, verdict), .. signatures.IsAmbiguous ? [MessageNotes.Ambiguous] : (string[])[]],
        };
    }

    /// <summary>What is known without decoding.</summary>
    public static MessageReport Plain(WireMessage message, string kind, MessageVerdict verdict) => new()
    {
        Number = message.Number,
        Source = message.Captured.Source,
        Instant = message.Instant,
        Direction = message.Direction,
        Kind = kind,
        Verdict = verdict,
        Action = message.Action ?? message.Captured.TransportAction,
        MessageId = message.MessageId,
        RelatesTo = message.RelatesTo,
        Address = Shown(message.Captured.Address),
        HttpStatus = message.Captured.HttpStatus,
        ContentType = message.Captured.ContentType,
        Size = message.Captured.Body.Length,
        Wire = message.Octets.Length > MaxWire || message.Octets.IsEmpty ? null : Encoding.UTF8.GetString(message.Octets.Span),
    };

    // User info and query are where passwords and tokens are, and nothing of message security needs them.
    private static Uri? Shown(Uri? address) => address is not { IsAbsoluteUri: true } ? null
        : address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0 ? address
        : new Uri(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    private List<string> Notes(WireMessage message, DecodedMessage decoded, MessageVerdict verdict)
    {
        var notes = new List<string>();
        if (!recognition.IsGiven && ConversationRun.IsNothingSigned(decoded))
        {
            notes.Add(verdict == MessageVerdict.Unsecured ? MessageNotes.NothingSigned : MessageNotes.TransportAssumed);
        }

        if (recognition.Refused.TryGetValue(message, out var fault))
        {
            notes.Add($"The service refused it: message {fault.Number} is its fault, without security: {FaultText(fault)}."
                + (verdict == MessageVerdict.Verified
                    ? " By the binding that was found it is right, so the service has another binding or other keys, or has forgotten what "
                        + "it refers to (a session, after a restart), or its clock differs."
                    : ""));
        }

        if (message.Envelope is not null && WireReader.IsCut(message.Envelope))
        {
            notes.Add(MessageNotes.Cut);
        }

        if (message.Encryptions.Exists(e => !e.IsDecrypted))
        {
            notes.Add(message.Encryptions.Exists(e => !e.IsDecrypted && e.Source?.Octets is not null)
                ? MessageNotes.Changed : MessageNotes.NoKey);
        }

        return notes;
    }

    private static string FaultText(WireMessage fault)
    {
        var body = fault.Body!.Elements().First();
        var code = body.Descendants().LastOrDefault(e => e.Name.LocalName is "Value" or "faultcode")?.Value.Trim();
        var reason = body.Descendants().FirstOrDefault(e => e.Name.LocalName is "Text" or "faultstring")?.Value.Trim();
        return $"{code}, \"{(reason is { Length: > 300 } ? reason[..300] : reason)}\"";
    }

    private int? AnswerTo(WireMessage message)
    {
        if (message.IsRequest)
        {
            _lastRequest = message.Number;
            if (message.Captured.Exchange is { } begun)
            {
                _exchanges[begun] = message.Number;
            }

            if (message.MessageId is { } id)
            {
                _requests[id] = message.Number;
            }

            return null;
        }

        if (message.Captured.Exchange is { } exchange && _exchanges.TryGetValue(exchange, out var request))
        {
            return request;
        }

        return message.RelatesTo is { } relates
            ? _requests.TryGetValue(relates, out var known) ? known : (int?)null
            : message.AddressingNamespace is null || message.IsFault ? _lastRequest : null;
    }

    private static KeyReport? KeyOf(WireEncryption encryption) =>
        encryption.Source is not { } source ? null
        : encryption.IsDerived == true ? new KeyReport("DerivedKey", source.Name, $"derived from the {SignatureKeys.Words(source.Kind)}")
        : new KeyReport(source.Kind.ToString(), source.Name);

    private static string? PlaintextOf(WireMessage message, DecodedMessage decoded) =>
        !decoded.Plaintext.IsEmpty && decoded.Plaintext.Length <= MaxWire ? Encoding.UTF8.GetString(decoded.Plaintext.Span)
        : message.Encryptions.Exists(e => e.IsDecrypted) && message.Octets.Length <= MaxWire
            ? message.Envelope!.ToString(SaveOptions.DisableFormatting)
            : null;

    private static string? SessionOf(WireMessage message) =>
        message.SecurityItems.FirstOrDefault(WireNames.IsContextToken) is { } token
            ? token.Element(token.Name.Namespace + "Identifier")?.Value.Trim()
            : message.Keys.Values.FirstOrDefault(k => k.Key.Kind == WireKeyKind.SecurityContext).Key?.Name;

    private static string? InstanceOf(WireMessage message) =>
        message.SecurityItems.FirstOrDefault(WireNames.IsContextToken) is { } token
            ? token.Element(token.Name.Namespace + "Instance")?.Value.Trim()
            : null;

    private static bool IsNegotiation(WireMessage message) => message.SessionStep is null && message.Action is { } action
        && (action.StartsWith(Ns.TrustFebruary2005, StringComparison.Ordinal) || action.StartsWith(Ns.Trust13, StringComparison.Ordinal))
        && (action.EndsWith("/Issue", StringComparison.Ordinal) || action.EndsWith("/IssueFinal", StringComparison.Ordinal));
}
