using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using SecureConversation.AspNetCore;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>
/// The other end of a reliable session of the stack, as strict as WCF about what message security has to do for it: the calculator over
/// sequences that belong to a security session. On the way to it and back messages are lost.
/// </summary>
internal sealed class SequencedCalculator(bool is11, Func<bool>? isLost = null)
{
    private const string Calc = "urn:calc";

    private readonly Dictionary<string, Sequence> _sequences = [];
    private readonly Lock _gate = new();

    public string Namespace { get; } = is11 ? "http://docs.oasis-open.org/ws-rx/wsrm/200702" : "http://schemas.xmlsoap.org/ws/2005/02/rm";

    /// <summary>What the application was called with, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The actions that arrived, without the namespace of reliable messaging.</summary>
    public ConcurrentQueue<string> Actions { get; } = new();

    public int Lost { get; private set; }

    public int Duplicates { get; private set; }

    private XNamespace Rm => Namespace;

    public Task<SoapReply> HandleAsync(SecureConversationContext context)
    {
        lock (_gate)
        {
            if (IsLost())
            {
                context.HttpContext.Abort();
                return Task.FromResult(SoapReply.None);
            }

            var reply = Answer(context, XDocument.Parse(Encoding.UTF8.GetString(context.Envelope.Span), LoadOptions.PreserveWhitespace).Root!);
            if (IsLost())
            {
                context.HttpContext.Abort();
            }

            return Task.FromResult(reply);
        }
    }

    private bool IsLost()
    {
        var lost = isLost?.Invoke() == true;
        Lost += lost ? 1 : 0;
        return lost;
    }

    private SoapReply Answer(SecureConversationContext context, XElement envelope)
    {
        var header = envelope.Elements().First();
        var body = envelope.Elements().Last().Elements().FirstOrDefault();
        var messageId = header.Elements().FirstOrDefault(e => e.Name.LocalName == "MessageID")?.Value;
        var action = context.Action!;
        var name = action.StartsWith(Namespace + "/", StringComparison.Ordinal) ? action[(Namespace.Length + 1)..] : "";
        Actions.Enqueue(name.Length > 0 ? name : action);
        if (name.Length > 0)
        {
            Require(!context.Protection.EncryptedParts.Any(), "messages of reliable messaging are signed and not encrypted");
            Require(context.Protection.SignedParts.Any(p => p.EndsWith("Body", StringComparison.Ordinal)), "their bodies are signed");
        }

        if (name == "CreateSequence")
        {
            return Create(context.Session!.Id, body!, header, messageId);
        }

        var block = header.Element(Rm + "Sequence");
        var id = (block ?? body)!.Element(Rm + "Identifier")!.Value;
        var sequence = _sequences[id];
        Require(sequence.Context == context.Session!.Id, "a sequence belongs to its security session");
        switch (name)
        {
            case "TerminateSequence":
            case "CloseSequence":
                var response = is11 ? name + "Response" : name;
                return Reply($"{Namespace}/{response}", sequence, null, new XElement(Rm + response, new XElement(Rm + "Identifier", is11 ? id : sequence.Offer)),
                    is11 ? messageId : null, isFinal: is11);
            default:
                return Sequenced(sequence, long.Parse(block!.Element(Rm + "MessageNumber")!.Value, CultureInfo.InvariantCulture), action, body, messageId);
        }
    }

    private SoapReply Create(string session, XElement body, XElement header, string? messageId)
    {
        var reference = body.Elements().Last();
        Require(reference.Name.LocalName == "SecurityTokenReference" && reference.Elements().Single().Attribute("URI")!.Value == session,
            "CreateSequence names the security session in its last child");
        Require(reference.Elements().Single().Attribute("ValueType")!.Value.EndsWith("/sct", StringComparison.Ordinal), "the token is a context");
        var uses = header.Element(Rm + "UsesSequenceSTR");
        Require(is11 == uses is not null, "UsesSequenceSTR goes with version 1.1");
        Require(uses is null || uses.Attributes().Any(a => a.Name.LocalName == "mustUnderstand"), "it has to be understood");
        var offer = body.Element(Rm + "Offer")!.Element(Rm + "Identifier")!.Value;
        var (id, _) = _sequences.FirstOrDefault(s => s.Value.Offer == offer);
        _sequences.TryAdd(id ??= $"urn:uuid:{Guid.NewGuid()}", new Sequence(id, offer, session));
        var to = header.Elements().Single(e => e.Name.LocalName == "To").Value;
        XNamespace addressing = "http://www.w3.org/2005/08/addressing";
        return Reply($"{Namespace}/CreateSequenceResponse", null, null, new XElement(Rm + "CreateSequenceResponse",
            new XElement(Rm + "Identifier", id),
            is11 ? new XElement(Rm + "IncompleteSequenceBehavior", "DiscardFollowingFirstGap") : null,
            new XElement(Rm + "Accept", new XElement(Rm + "AcksTo", new XElement(addressing + "Address", to)))), messageId);
    }

    private SoapReply Sequenced(Sequence sequence, long number, string action, XElement? body, string? messageId)
    {
        if (sequence.Replies.TryGetValue(number, out var known))
        {
            Duplicates++;
            return known();
        }

        if (number != sequence.Last + 1)
        {
            // Ahead of its turn: dropped, and sent again.
            return SoapReply.None;
        }

        sequence.Last = number;
        Func<SoapReply> reply;
        if (action == Namespace + "/LastMessage")
        {
            var mine = ++sequence.LastReply;
            reply = () => Reply(action, sequence, new XElement(Rm + "Sequence", new XElement(Rm + "Identifier", sequence.Offer),
                new XElement(Rm + "MessageNumber", mine), new XElement(Rm + "LastMessage")), null, null);
        }
        else if (Call(body!) is { } result)
        {
            var mine = ++sequence.LastReply;
            reply = () => Reply(action + "Response", sequence, new XElement(Rm + "Sequence", new XElement(Rm + "Identifier", sequence.Offer),
                new XElement(Rm + "MessageNumber", mine)), result, messageId);
        }
        else
        {
            reply = () => Reply(Namespace + "/SequenceAcknowledgement", sequence, null, null, null);
        }

        sequence.Replies[number] = reply;
        return reply();
    }

    private XElement? Call(XElement body)
    {
        XNamespace ns = Calc;
        string Text(string name) => body.Element(ns + name)!.Value;
        Calls.Enqueue(body.Value);
        return body.Name.LocalName switch
        {
            "Notify" => null,
            "Echo" => new XElement(ns + "EchoResponse", new XElement(ns + "EchoResult", Text("text"))),
            "Add" => new XElement(ns + "AddResponse", new XElement(ns + "AddResult",
                double.Parse(Text("a"), CultureInfo.InvariantCulture) + double.Parse(Text("b"), CultureInfo.InvariantCulture))),
            var other => throw new InvalidOperationException(other),
        };
    }

    private SoapReply Reply(string action, Sequence? sequence, XElement? block, XElement? body, string? relatesTo, bool isFinal = false)
    {
        XNamespace soap = "http://www.w3.org/2003/05/soap-envelope", addressing = "http://www.w3.org/2005/08/addressing";
        var acknowledgement = sequence is null ? null : new XElement(Rm + "SequenceAcknowledgement",
            new XElement(Rm + "Identifier", sequence.Id),
            sequence.Last > 0 ? new XElement(Rm + "AcknowledgementRange", new XAttribute("Lower", 1), new XAttribute("Upper", sequence.Last))
                : is11 ? new XElement(Rm + "None") : new XElement(Rm + "AcknowledgementRange", new XAttribute("Lower", 0), new XAttribute("Upper", 0)),
            isFinal ? new XElement(Rm + "Final") : null);
        block?.SetAttributeValue(soap + "mustUnderstand", "1");
        var envelope = new XElement(soap + "Envelope", new XElement(soap + "Header", block, acknowledgement,
            new XElement(addressing + "Action", new XAttribute(soap + "mustUnderstand", "1"), action),
            relatesTo is null ? null : new XElement(addressing + "RelatesTo", relatesTo)), new XElement(soap + "Body", body));
        return SoapReply.FromEnvelope(Encoding.UTF8.GetBytes(envelope.ToString(SaveOptions.DisableFormatting)));
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new SoapFaultException(what);
        }
    }

    private sealed record Sequence(string Id, string Offer, string Context)
    {
        public long Last { get; set; }

        public long LastReply { get; set; }

        public Dictionary<long, Func<SoapReply>> Replies { get; } = [];
    }
}
