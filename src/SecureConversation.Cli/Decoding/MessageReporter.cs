using System.Security.Cryptography.X509Certificates;
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
        var signatures = WireSignature.Of(message);
        var isRefused = verdict == MessageVerdict.Refused;
        var answerTo = AnswerTo(message);
        return Plain(message, IsNegotiation(message) ? "Negotiation" : decoded.Kind.ToString(), verdict) with
        {
            SessionId = decoded.ContextId ?? SessionOf(message),
            KeyInstance = decoded.ContextInstance ?? InstanceOf(message),
            AnswerTo = answerTo,
            Sender = decoded.SenderCertificate?.Subject ?? decoded.UserName,
            Signatures = Signatures(message, signatures, decoded, isRefused),
            Encryptions = [.. message.Encryptions.Select(e => new EncryptionReport(
                e.Id, e.Plain is null ? null : WireNames.Short(e.Plain.Name), e.Algorithm, KeyOf(e), e.IsDecrypted))],
            Envelope = EnvelopeTree.Of(message, signatures),
            Plaintext = PlaintextOf(message, decoded),
            Failure = isRefused ? FailureSentences.Of(decoded) : null,
            Fault = decoded.Fault is { } fault
                ? new FaultReport(fault.Subcode is null ? fault.Code : $"{fault.Code} {fault.Subcode}", fault.Reason, fault.IsSecured)
                : null,
            Notes = Notes(message, verdict),
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
        Address = message.Captured.Address,
        HttpStatus = message.Captured.HttpStatus,
        ContentType = message.Captured.ContentType,
        Size = message.Captured.Body.Length,
        Wire = message.Octets.Length > MaxWire || message.Octets.IsEmpty ? null : Encoding.UTF8.GetString(message.Octets.Span),
    };

    private List<string> Notes(WireMessage message, MessageVerdict verdict)
    {
        var notes = new List<string>();
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
            notes.Add("It is too deep or has too many elements to show all of them.");
        }

        if (message.Encryptions.Exists(e => !e.IsDecrypted))
        {
            notes.Add(message.Encryptions.Exists(e => !e.IsDecrypted && e.Source?.Octets is not null)
                ? "The key is there, and a part cannot be decrypted with it: key or ciphertext was changed."
                : "No given key opens what is encrypted in it. Give the private key of its receiver, "
                    + "and the capture from the handshake on.");
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

    private List<SignatureReport> Signatures(
        WireMessage message, IReadOnlyList<WireSignature> signatures, DecodedMessage decoded, bool isRefused)
    {
        var verified = decoded.Protection?.Signatures ?? [];
        var failed = isRefused ? new FailedReferences(message, _forms) : null;
        var ids = signatures.Select(s => WireNames.IdOf(s.Element)).OfType<string>().Select(id => "#" + id).ToHashSet();
        return
        [
            .. signatures.Select(signature =>
            {
                var key = KeyOf(message, signature);
                return new SignatureReport(
                    signature.Method,
                    key,
                    verified.FirstOrDefault(v => v.Key.Name == key?.Name)?.IsEndorsing
                        ?? (signature.References.Count > 0
                            && signature.References.Any(r => ids.Contains(r.Attribute("URI")?.Value ?? ""))),
                    [.. signature.References.Select(r => failed is null ? Matching(message, r) : failed.Read(r))]);
            }),
        ];
    }

    // The decoder has compared the digests.
    private static ReferenceReport Matching(WireMessage message, XElement reference)
    {
        var uri = reference.Attribute("URI")?.Value ?? "";
        var digest = reference.Element(WireNames.DigestValue)?.Value.Trim();
        var part = message.Envelope!.Elements().SelectMany(e => e.Elements().Prepend(e))
            .SelectMany(e => e == message.Security ? e.Elements() : [e])
            .FirstOrDefault(e => WireNames.IdOf(e) is { } id && uri == "#" + id);
        return new ReferenceReport
        {
            Uri = uri,
            Part = part is null ? null : WireNames.Short(part.Name),
            DigestAlgorithm = reference.Element(WireNames.DigestMethod)?.Attribute("Algorithm")?.Value,
            StatedDigest = digest,
            ComputedDigest = digest,
            Matches = true,
        };
    }

    private static KeyReport? KeyOf(WireEncryption encryption) =>
        encryption.Source is not { } source ? null
        : encryption.IsDerived == true ? new KeyReport("DerivedKey", source.Name, $"derived from the {Words(source.Kind)}")
        : new KeyReport(source.Kind.ToString(), source.Name);

    private static KeyReport? KeyOf(WireMessage message, WireSignature signature)
    {
        var token = message.SecurityItems.FirstOrDefault(i => WireNames.IdOf(i) is { } id && id == signature.TokenId);
        if (signature.IsAsymmetric)
        {
            return CertificateOf(token) ?? new KeyReport("Certificate", WireForm.StyleOf(signature.KeyInfo) is { } style
                ? $"named by {style}: {signature.KeyInfo!.Value.Trim()}" : "in a form that is not read");
        }

        if (message.Keys.TryGetValue(signature.TokenId ?? "", out var key))
        {
            var nonce = token is not null && WireNames.IsDerivedKey(token)
                ? token.Element(token.Name.Namespace + "Nonce")?.Value.Trim() : null;
            return key.IsDerived
                ? new KeyReport("DerivedKey", nonce ?? key.Key.Name, $"derived from the {Words(key.Key.Kind)} {key.Key.Name}")
                : new KeyReport(key.Key.Kind.ToString(), key.Key.Name);
        }

        var str = signature.KeyInfo?.Descendants(WireNames.Str).FirstOrDefault();
        return str is null ? null : str.Element(WireNames.Reference)?.Attribute("URI")?.Value is { } uri
            ? new KeyReport(uri.StartsWith('#') ? "Unknown" : "SecurityContext", uri)
            : str.Element(WireNames.KeyIdentifier) is { } identifier
                ? new KeyReport(identifier.Attribute("ValueType")?.Value == Uris.EncryptedKeySha1 ? "EncryptedKey" : "Unknown",
                    identifier.Value.Trim())
                : null;
    }

    private static KeyReport? CertificateOf(XElement? token)
    {
        if (token is null || token.Name != WireNames.BinarySecurityToken
            || WireNames.Base64(token.Value.Trim()) is not { Length: < 65536 } raw)
        {
            return null;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(raw);
            return new KeyReport("Certificate", Convert.ToBase64String(certificate.GetCertHash()), certificate.Subject);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static string Words(WireKeyKind kind) => kind switch
    {
        WireKeyKind.EncryptedKey => "EncryptedKey",
        WireKeyKind.SecurityContext => "security context",
        WireKeyKind.UserName => "password",
        WireKeyKind.IssuedToken => "issued token",
        _ => "key",
    };

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
