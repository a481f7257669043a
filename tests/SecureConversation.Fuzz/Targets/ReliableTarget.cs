using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The header blocks and bodies of WS-ReliableMessaging in both versions, in a plain envelope as it was verified, and what a sequence of the
/// service makes of them. What was read stays within its bounds, what was read and written is read as the same again, and what the
/// application gets has none of it.
/// </summary>
internal sealed class ReliableTarget : FuzzTarget
{
    private static readonly SoapNames Soap = SoapNames.Of(MessageVersion.Soap12WSAddressing10);

    private static readonly RmNames[] Versions = [RmNames.February2005, RmNames.V11];

    public override string Name => "reliable";

    public override int BoundedRuns => 8000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        var seen = new HashSet<string>();
        foreach (var message in VectorArchive.LoadAll().SelectMany(v => v.Messages).Where(m => m.Record.Plain is not null))
        {
            var text = Encoding.UTF8.GetString(message.ReadPlain()!);
            if ((text.Contains(RmNames.V11.Namespace, StringComparison.Ordinal) || text.Contains(RmNames.February2005.Namespace, StringComparison.Ordinal))
                && seen.Add(System.Text.RegularExpressions.Regex.Replace(text, "[A-Za-z0-9+/=._:-]{12,}|[0-9]", "")) && seen.Count <= 32)
            {
                yield return (message.Name.Replace('/', '-'), Encoding.UTF8.GetBytes(text));
            }
        }
    }

    public override void Run(byte[] input)
    {
        foreach (var names in Versions)
        {
            Try(input, plain => CheckHeaders(plain, names));
            Try(input, plain => CheckCreate(CreateSequence.Read(plain.Body.FirstChild, Soap, names, ProtocolVersion.V13), names));
            Try(input, plain => CheckIdentifier(CreateSequenceResponse.Read(plain.Body.FirstChild, Soap, names).Identifier));
            Try(input, plain => CheckEnd(SequenceEnd.Read(plain.Body.FirstChild, SequenceEnd.Terminate, names)));
            Try(input, plain => CheckEnd(SequenceEnd.Read(plain.Body.FirstChild, SequenceEnd.Close, names)));
        }
    }

    private static void Try(byte[] input, Action<SoapEnvelope> read)
    {
        try
        {
            using var plain = SoapEnvelope.Parse(input, Soap, XmlLimits.Default, indexBody: true);
            read(plain);
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code is not FailureCode.None and not FailureCode.Internal, $"refused with {e.Code}");
        }
    }

    private static void CheckHeaders(SoapEnvelope plain, RmNames names)
    {
        var headers = ReliableHeaders.Read(plain, names);
        Check(headers);
        using (var removed = ReliableHeaders.Remove(plain, names))
        {
            using var rest = SoapEnvelope.Parse(removed.Memory, Soap, XmlLimits.Default);
            var none = ReliableHeaders.Read(rest, names);
            Require(none is { Sequence: null, Acknowledgement: null, AckRequested: null, UsesSequenceStr: false }, "a header block that is left");
            using var added = headers.AddTo(rest, names);
            using var again = SoapEnvelope.Parse(added.Memory, Soap, XmlLimits.Default);
            var read = ReliableHeaders.Read(again, names);
            Check(read);
            Require(read.Sequence == headers.Sequence && read.AckRequested == headers.AckRequested && read.UsesSequenceStr == headers.UsesSequenceStr
                && (read.Acknowledgement?.Ranges ?? []).SequenceEqual(headers.Acknowledgement?.Ranges ?? []), "written and read again, the header blocks differ");
        }

        CheckSequence(headers, names);
    }

    /// <summary>A sequence keeps no more than its window, whatever comes.</summary>
    private static void CheckSequence(ReliableHeaders headers, RmNames names)
    {
        var room = new FairBytes(1 << 16, "room");
        var service = new ServiceSequence(headers.Sequence?.Identifier ?? "urn:requests", headers.Acknowledgement?.Identifier ?? "urn:replies",
            new() { Ordered = false, MaxTransferWindowSize = 4 }, names, TimeProvider.System, room, new Owner("client"));
        for (var copy = 0; copy < 3; copy++)
        {
            var decision = service.Receive(headers);
            Require((decision.Step == ServiceStep.Refuse) == (decision.Fault is not null), "a refusal without a fault");
            Require((decision.Step == ServiceStep.Deliver) == (decision.Exchange is not null), "a request without an exchange");
            Require((decision.Step == ServiceStep.Repeat) == (decision.Repetition is not null), "a repetition of nothing");
            Require(decision.Step != ServiceStep.Deliver || (copy == 0 && headers.Sequence!.Number <= 4), "a request twice, or beyond the window");
            if (decision.Exchange is { IsDone: false } exchange && service.BeginReply(exchange) is { } reply)
            {
                var output = new PooledBytes();
                reply.Write(output, Soap, names);
                service.Complete(exchange, output);
            }
        }

        Require(room.Taken <= 1 << 16, "more than the room");
        service.EndWithSession();
        Require(room.Taken == 0, "a reply that is kept after the end");
    }

    private static void Check(ReliableHeaders headers)
    {
        if (headers.Sequence is { } sequence)
        {
            CheckIdentifier(sequence.Identifier);
            Require(sequence.Number > 0, "the number of a message");
        }

        if (headers.Acknowledgement is { } acknowledgement)
        {
            CheckIdentifier(acknowledgement.Identifier);
            Require(acknowledgement.Ranges.Count <= AcknowledgementRanges.Most, "the number of ranges");
            Require(acknowledgement.Ranges.All(r => r.Lower <= r.Upper && r.Lower >= 0), "a range");
            Require(acknowledgement.BufferRemaining is not < 0, "the room");
        }
    }

    private static void CheckCreate(CreateSequence create, RmNames names)
    {
        CheckIdentifier(create.Offer);
        using var output = new PooledBytes();
        create.Write(output, Soap, names, ProtocolVersion.V13);
        using var index = XmlIndex.Parse(output.Memory, XmlLimits.Default);
        var again = CreateSequence.Read(index.Root, Soap, names, ProtocolVersion.V13);
        Require(again.Offer == create.Offer && again.ContextId == create.ContextId, "written and read again, the request for a sequence differs");
    }

    private static void CheckEnd(SequenceEnd end)
    {
        CheckIdentifier(end.Identifier);
        Require(end.LastMessageNumber is null or > 0, "the last number");
    }

    private static void CheckIdentifier(string identifier) => Require(identifier.Length is > 0 and <= 4096, "the length of an identifier");
}
