using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Cli.Reports;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Browser.Tests;

/// <summary>The report of a recorded conversation that opens a session, calls, is refused, renews, and has one reply changed on its way.</summary>
internal sealed class RecordedReport
{
    private const string VectorName = "lifecycle/sc-mutualcert-2007.renew-fault";
    private const string ChangedFile = "08-response.xml";

    private const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string Addressing = "http://www.w3.org/2005/08/addressing";

    private readonly Vector _vector = VectorArchive.Get(VectorName);
    private readonly List<MessageReport> _messages = [];

    public static ConversationReport Create() => new RecordedReport().Read();

    private ConversationReport Read()
    {
        using var decoder = new ConversationDecoder(VectorBindings.Create(_vector), new ConversationKeys
        {
            Service = new X509Credential(_vector.ServiceCertificate),
            Client = new X509Credential(_vector.ClientCertificate),
        });
        foreach (var message in _vector.Messages)
        {
            var wire = message.ReadBytes();
            var text = Encoding.UTF8.GetString(wire);
            var changed = message.Record.File == ChangedFile ? Change(text) : text;
            using var decoded = decoder.Decode(Encoding.UTF8.GetBytes(changed),
                message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient, message.Record.Instant);
            _messages.Add(Report(message, decoded, text, changed));
        }

        return new ConversationReport
        {
            Sources = [new SourceReport("orders.har", "HAR", _messages.Count, ["3 bodies of text/html were passed over"])],
            Binding = Binding(),
            Messages = _messages,
        };
    }

    private MessageReport Report(VectorMessage message, DecodedMessage decoded, string sent, string text)
    {
        var plaintext = decoded.Plaintext.IsEmpty ? null : Encoding.UTF8.GetString(decoded.Plaintext.Span);
        var document = Load(plaintext ?? text);
        var report = new MessageReport
        {
            Number = _messages.Count + 1,
            Source = $"orders.har, entry {(_messages.Count / 2) + 1}",
            Instant = message.Record.Instant,
            Direction = decoded.Direction,
            Kind = decoded.Kind.ToString(),
            Verdict = decoded.IsVerified ? MessageVerdict.Verified
                : decoded.Failure == FailureCode.None ? MessageVerdict.Unsecured : MessageVerdict.Refused,
            Action = TextOf(document, "Action"),
            MessageId = TextOf(document, "MessageID"),
            RelatesTo = TextOf(document, "RelatesTo"),
            SessionId = decoded.ContextId ?? (decoded.Failure == FailureCode.None ? null : _messages[^1].SessionId),
            KeyInstance = decoded.ContextInstance,
            Address = new Uri("http://orders.example.org/echo"),
            HttpStatus = message.IsFromClient ? null : message.Record.HttpStatus,
            ContentType = message.ContentType,
            Size = Encoding.UTF8.GetByteCount(text),
            Sender = decoded.SenderCertificate?.Subject,
            Signatures = Signatures(decoded, sent, text),
            Encryptions = [.. (decoded.Protection?.Encryptions ?? []).Select(e => new EncryptionReport(e.Id, e.Part, e.Algorithm, Key(e.Key), true))],
            Plaintext = plaintext,
            Wire = text,
            Failure = Failure(decoded),
            Fault = decoded.Fault is { } fault ? new FaultReport(fault.Subcode ?? fault.Code, fault.Reason, fault.IsSecured) : null,
        };
        return report with
        {
            AnswerTo = report.RelatesTo is { } id ? _messages.FirstOrDefault(earlier => earlier.MessageId == id)?.Number : null,
            Envelope = Part(document.DocumentElement!, report, 0),
        };
    }

    private static List<SignatureReport> Signatures(DecodedMessage decoded, string sent, string text) => decoded.Protection is { } protection
        ? [.. protection.Signatures.Select(s => new SignatureReport(s.Algorithm, Key(s.Key), s.IsEndorsing,
            [.. s.Parts.Select(part => new ReferenceReport { Part = part, Uri = "#" + part, Matches = true })]))]
        : sent == text ? []
        : [new SignatureReport("http://www.w3.org/2000/09/xmldsig#hmac-sha1", null, false, [Difference(sent, text)])];

    /// <summary>The reference to the timestamp, whose digest was made of what was sent.</summary>
    private static ReferenceReport Difference(string sent, string text)
    {
        var (signed, received) = (Canonical(sent), Canonical(text));
        return new ReferenceReport
        {
            Part = "u:Timestamp",
            Uri = "#" + Load(text).GetElementsByTagName("Timestamp", Utility).Cast<XmlElement>().First().GetAttribute("Id", Utility),
            DigestAlgorithm = SignedXml.XmlDsigSHA1Url,
            StatedDigest = Digest(signed),
            ComputedDigest = Digest(received),
            Matches = false,
            ReceivedForm = received,
            SignedForm = signed,
            FirstDifference = signed.Zip(received).TakeWhile(pair => pair.First == pair.Second).Count(),
            Difference = "a digit of u:Created",
        };
    }

    private static string Canonical(string text)
    {
        var part = Load("<a/>");
        part.RemoveAll();
        part.AppendChild(part.ImportNode(Load(text).GetElementsByTagName("Timestamp", Utility)[0]!, deep: true));
        var transform = new XmlDsigExcC14NTransform();
        transform.LoadInput(part);
        using var reader = new StreamReader((Stream)transform.GetOutput(typeof(Stream)));
        return reader.ReadToEnd();
    }

    private static string Digest(string form) => Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(form)));

    /// <summary>Another millisecond in the timestamp.</summary>
    private static string Change(string text)
    {
        var at = text.IndexOf("Z</u:Created>", StringComparison.Ordinal) - 1;
        var digit = (text[at] - '0' + 1) % 10;
        return string.Concat(text.AsSpan(0, at), digit.ToString(CultureInfo.InvariantCulture), text.AsSpan(at + 1));
    }

    private static FailureReport? Failure(DecodedMessage decoded)
    {
        if (decoded.Failure == FailureCode.None)
        {
            return null;
        }

        var isDigest = decoded.Failure == FailureCode.DigestMismatch;
        return new FailureReport
        {
            Code = (int)decoded.Failure,
            Name = decoded.Failure.ToString(),
            Rule = isDigest ? "A signed part is what the signer signed." : "A request comes under a key that has not expired.",
            Clause = isDigest ? "XML Signature section 3.2.1" : "WS-SecureConversation 1.3 section 5",
            Found = decoded.Detail,
            Expected = isDigest ? "the digest that the signature states" : "a message before the end of the key",
            Cause = isDigest ? "The part was changed after it was signed, by something on the way or by the sender itself."
                : "The client went on with a key beyond its lifetime.",
            Remedy = isDigest ? "Compare the canonical forms below, and look for a proxy that writes the message anew."
                : "Have the client renew the key in time.",
        };
    }

    private static KeyReport Key(ProtectionKey key) => new(key.Kind.ToString(), key.Name,
        key.Kind == ProtectionKeyKind.DerivedKey ? "the session" : null);

    private static PartReport Part(XmlElement element, MessageReport message, int depth)
    {
        var name = Prefix(element) + element.LocalName;
        var isInner = depth == 0 || (depth == 1 && element.HasChildNodes) || (depth == 2 && element.LocalName == "Security");
        var encryption = message.Encryptions.ToList().FindIndex(e => e.Part == name);
        return new PartReport
        {
            Name = name,
            Id = element.GetAttribute("Id", Utility) is { Length: > 0 } id ? id : null,
            SignedBy = [.. Enumerable.Range(0, message.Signatures.Count).Where(i => message.Signatures[i].References.Any(r => r.Part == name))],
            EncryptedBy = encryption < 0 ? null : encryption,
            Text = isInner ? null : element.OuterXml,
            Children = isInner ? [.. element.ChildNodes.OfType<XmlElement>().Select(child => Part(child, message, depth + 1))] : [],
        };
    }

    private static string Prefix(XmlElement element) => element.NamespaceURI switch
    {
        Utility => "u:",
        "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512" => "c:",
        SignedXml.XmlDsigNamespaceUrl => "ds:",
        EncryptedXml.XmlEncNamespaceUrl => "e:",
        _ when element.Prefix.Length > 0 => element.Prefix + ":",
        _ => "",
    };

    private static string? TextOf(XmlDocument document, string name) =>
        document.GetElementsByTagName(name, Addressing) is { Count: > 0 } found ? found[0]!.InnerText : null;

    private static XmlDocument Load(string text)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(text);
        return document;
    }

    private static BindingReport Binding() => new()
    {
        Summary = "secure conversation over mutual certificates, WS-SecureConversation 1.3, Basic256",
        Assumptions =
        [
            new Assumption("MessageSecurityVersion", "WSSecurity11WSTrust13WSSecureConversation13", "message 1 asks by WS-Trust 1.3", true),
            new Assumption("DefaultAlgorithmSuite", "Basic256", "message 1 encrypts by AES-256 and signs by HMAC-SHA1", true),
            new Assumption("MessageProtectionOrder", "SignBeforeEncryptAndEncryptSignature", "the signature of message 3 is encrypted", true),
            new Assumption("RequireSignatureConfirmation", "true", "message 2 has k:SignatureConfirmation", true),
            new Assumption("MaxClockSkew", "00:05:00", "no message shows it", false),
        ],
        CSharp = "options.Binding = SecurityBindingElement.CreateSecureConversationBindingElement(\n"
            + "    SecurityBindingElement.CreateMutualCertificateBindingElement());",
    };
}
