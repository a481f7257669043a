using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>Writes and reads the plain envelopes of a reliable session at the client.</summary>
internal sealed class ReliableWires(ClientRole role, MessageSecurityBinding binding, Uri to)
{
    private readonly BindingMessages _formats = role.Messages.Application;

    public RmNames Names { get; } = RmNames.Of(binding.ReliableSession!.ReliableMessagingVersion);

    /// <summary>How long to wait for the answer to a message before any was measured.</summary>
    public static TimeSpan FirstWait { get; } = TimeSpan.FromMilliseconds(400);

    private SoapNames Soap => _formats.Soap;

    private XmlLimits Limits => role.Environment.XmlLimits;

    /// <summary>
    /// Whether a request expects a reply, which is what its a:MessageID says (WS-Addressing 1.0 section 3.4). What could not be protected
    /// is refused here, before it has a number that those after it wait for.
    /// </summary>
    /// <exception cref="ArgumentException">The envelope cannot be sent.</exception>
    public bool ExpectsReply(ReadOnlyMemory<byte> envelope)
    {
        using var plain = ClientEnvelope.Parse(envelope, Soap, Limits);
        foreach (var name in Names.Headers)
        {
            if (!plain.Find(name).IsNull)
            {
                throw new ArgumentException(
                    $"The request has the header block {name}, which belongs to the reliable session.", nameof(envelope));
            }
        }

        try
        {
            using var numbered = new ReliableHeaders
            {
                Sequence = new SequenceHeader("", 1),
                Acknowledgement = new SequenceAcknowledgement("", []),
            }.AddTo(plain, Names);
            using var parsed = SoapEnvelope.Parse(numbered.Memory, Soap, Limits);
            using var plan = SendPlan.Create(parsed, _formats.ForRequest(plain.Action), relatesTo: null, Limits);
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException($"The request cannot be protected: {e.Message}", nameof(envelope), e);
        }

        return plain.MessageId is not null;
    }

    public PooledBytes Add(ReadOnlyMemory<byte> plain, ReliableHeaders headers)
    {
        using var envelope = SoapEnvelope.Parse(plain, Soap, Limits);
        return headers.AddTo(envelope, Names);
    }

    public PooledBytes Create(CreateSequence create, out string messageId)
    {
        messageId = UniqueIds.NextUrn(role.Environment.Random);
        return ReliableEnvelope.Write(Soap, Names, Names.CreateSequence, new ReliableHeaders { UsesSequenceStr = Names.Is11 },
            (messageId, to.AbsoluteUri, null), output => create.Write(output, Soap, Names, _formats.Protocol));
    }

    public byte[] LastMessage()
    {
        using var message = ReliableEnvelope.Write(
            Soap, Names, Names.LastMessage, new ReliableHeaders(), (null, to.AbsoluteUri, null));
        return message.Span.ToArray();
    }

    public PooledBytes End(SequenceEnd end, SequenceAcknowledgement? acknowledgement) => ReliableEnvelope.Write(
        Soap, Names, end.Name == SequenceEnd.Close ? Names.CloseSequence : Names.TerminateSequence,
        new ReliableHeaders { Acknowledgement = acknowledgement },
        (UniqueIds.NextUrn(role.Environment.Random), to.AbsoluteUri, null), output => end.Write(output, Names));

    public PooledBytes AskForAcknowledgement(string identifier, SequenceAcknowledgement? acknowledgement) => ReliableEnvelope.Write(
        Soap, Names, Names.AckRequestedAction,
        new ReliableHeaders { AckRequested = identifier, Acknowledgement = acknowledgement }, (null, to.AbsoluteUri, null));

    /// <summary>Reads the header blocks of an answer, and takes them out of what the application gets.</summary>
    /// <exception cref="SecureConversationException">The answer is a fault of the protocol, or of message security.</exception>
    public ReliableHeaders Read(VerifiedMessage message)
    {
        // The octets are copied, and cleared at the end: what the application gets is another envelope.
        var octets = new PooledBytes(message.Envelope.Length);
        octets.Write(message.Envelope.Span);
        using var plain = SoapEnvelope.Parse(octets.Memory, Soap, Limits, buffer: octets);
        var headers = ReliableHeaders.Read(plain, Names);
        if (message.IsFault && headers.Sequence is null)
        {
            throw FaultOf(message);
        }

        message.HandOut(ReliableHeaders.Remove(plain, Names));
        return headers;
    }

    public CreateSequenceResponse ReadResponse(VerifiedMessage message, string messageId)
    {
        if (message.IsFault)
        {
            throw FaultOf(message);
        }

        using var plain = SoapEnvelope.Parse(message.Envelope, Soap, Limits, indexBody: true);
        if (message.Action != Names.CreateSequenceResponse || message.RelatesTo != messageId)
        {
            throw NotHeard(FailureCode.InvalidSequence, null);
        }

        return CreateSequenceResponse.Read(plain.Body.FirstChild, Soap, Names);
    }

    /// <summary>Whether an answer confirms the end of the sequence. A service that has forgotten it already confirms that, too.</summary>
    public bool IsEnd(VerifiedMessage message, string name)
    {
        if (message.TryReadFault(out var fault))
        {
            return name == SequenceEnd.Terminate && fault.Subcode == $"{{{Names.Namespace}}}UnknownSequence"
                ? true
                : throw new SecureConversationException(fault);
        }

        return message.Action == Names.Namespace + "/" + name + (Names.Is11 ? "Response" : "");
    }

    public static SecureConversationException NotHeard(FailureCode code, Exception? inner) => new(
        SecureConversationFailure.PeerRefusal, code,
        "The service did not answer a message of the reliable session, however often it was sent (MaxRetryCount). It may have executed it.",
        inner);

    public static SecureConversationException Broken(SecurityFailureException failure) => new(FaultMap.Coarse(failure.Code), failure.Code,
        $"The service breaks the protocol of reliable messaging: {failure.Message}.", failure);

    public static SecureConversationException Silent(TimeSpan inactivityTimeout) => new(
        SecureConversationFailure.PeerRefusal, FailureCode.SequenceTerminated,
        $"The service was not heard for {inactivityTimeout} (InactivityTimeout of the reliable session).");

    public static SecureConversationException Unanswered() => new(
        SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
        "The service acknowledged the request, so it has it, and did not give the reply that its a:MessageID asks for, however often it "
        + "was sent (MaxRetryCount). The reliable session goes on.");

    public static SecureConversationException Refused(Exception reason, bool isReply) => new(
        SecureConversationFailure.PeerRefusal, FailureCode.LimitExceeded, isReply
            ? $"The reply to a request of the reliable session is refused on its way: {reason.Message} The service may have executed the "
                + "request."
            : $"A request of the reliable session is refused on its way: {reason.Message} As far as that is true, the service did not "
                + "execute it.",
        reason);

    public static SecureConversationException Ended(Exception failure) => new(
        SecureConversationFailure.BadContextToken, FailureCode.SequenceTerminated,
        "The reliable session has ended, and a call in it was not answered. The service may have executed it.", failure);

    private static SecureConversationException FaultOf(VerifiedMessage message) => message.TryReadFault(out var fault)
        ? new SecureConversationException(fault)
        : new SecureConversationException(SecureConversationFailure.PeerFault, FailureCode.PeerFault, "The fault is too large to be read.");
}
