using System.Runtime.CompilerServices;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The reliable sessions of a service: one sequence in a security session at most, kept as long as that. What comes here is verified, so
/// what breaks the protocol is answered by its fault, which the session protects.
/// </summary>
internal sealed class ReliableService(
    BindingMessages formats, ReliableSessionBindingElement settings, EngineEnvironment environment)
{
    private readonly RmNames _names = RmNames.Of(settings.ReliableMessagingVersion);
    private readonly ConditionalWeakTable<ServiceSession, ServiceSequence> _sequences = [];

    private SoapNames Soap => formats.Soap;

    /// <summary>Decides on a verified request of a session. The request and the protection stay the caller's.</summary>
    /// <returns>The exchange of a request for the application, or the answer; neither for a request that counts as lost.</returns>
    public async ValueTask<(ReliableDelivery? Delivery, ServiceAnswer? Answer)> ReceiveAsync(
        VerifiedMessage request, ServiceSession session, ReplyProtection protection, CancellationToken cancellationToken)
    {
        ReliableHeaders headers;
        ServiceAnswer? own;
        ServiceSequence? sequence;
        // The octets are copied: what the application gets is another envelope.
        using (var plain = SoapEnvelope.Parse(
            request.Envelope.ToArray(), Soap, environment.XmlLimits, indexBody: _names.Owns(request.Action)))
        {
            headers = ReliableHeaders.Read(plain, _names);
            sequence = _sequences.TryGetValue(session, out var known) && !known.IsOver ? known : null;
            own = request.Action == _names.CreateSequence ? Create(plain, request, headers, session, sequence, protection)
                : request.Action == _names.TerminateSequence ? End(plain, SequenceEnd.Terminate, request, headers, sequence, protection)
                : _names.Is11 && request.Action == _names.CloseSequence
                    ? End(plain, SequenceEnd.Close, request, headers, sequence, protection)
                : sequence is null || (headers.Sequence ?? (object?)headers.AckRequested) is null
                    ? Refuse(request, Missing(headers), sequence, protection)
                : null;
            if (own is null && !_names.Owns(request.Action))
            {
                request.HandOut(ReliableHeaders.Remove(plain, _names));
            }
        }

        if (own is not null)
        {
            return (null, own);
        }

        var decision = sequence!.Receive(headers);
        switch (decision.Step)
        {
            case ServiceStep.Refuse:
                return (null, Refuse(request, decision.Fault!, sequence, protection));
            case ServiceStep.Drop:
                environment.Telemetry.Refused(FailureCode.SequenceTerminated);
                return (null, null);
            case ServiceStep.Acknowledge:
                return (null, Acknowledge(sequence, protection));
            case ServiceStep.Repeat:
                await decision.Exchange!.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
                return (null, Repeat(sequence, decision.Exchange, protection));
        }

        var delivery = new ReliableDelivery(this, sequence, decision.Exchange!);
        try
        {
            // Whatever becomes of this connection: the request is taken, and those after it wait for it.
            await decision.Exchange!.Predecessor.ConfigureAwait(false);
            if (sequence.IsOver)
            {
                // The session has ended while the request waited: it is not executed any more.
                delivery.Abandon(request.MessageId);
                return (null, null);
            }

            if (request.Action == _names.LastMessage && decision.Exchange.IsLast)
            {
                delivery.Complete(ReliableEnvelope.Write(Soap, _names, _names.LastMessage, new ReliableHeaders(), default).Memory);
                return (null, Repeat(sequence, decision.Exchange, protection));
            }

            return (delivery, null);
        }
        catch
        {
            delivery.Abandon(request.MessageId);
            throw;
        }
    }

    /// <summary>The reply that is kept, protected anew; an acknowledgement where there is none.</summary>
    public ServiceAnswer Repeat(ServiceSequence sequence, ServiceExchange exchange, ReplyProtection protection)
    {
        ServiceAnswer? answer = null;
        sequence.TryUseReply(exchange, reply =>
        {
            var (message, isFault) = protection.Secure(reply);
            answer = new ServiceAnswer(message, FailureCode.None) { IsFault = isFault };
        });
        return answer ?? Acknowledge(sequence, protection);
    }

    /// <summary>Writes a reply of the application with its number.</summary>
    public PooledBytes Number(ReadOnlyMemory<byte> reply, ReliableHeaders headers)
    {
        using var plain = SoapEnvelope.Parse(reply, Soap, environment.XmlLimits);
        return headers.AddTo(plain, _names);
    }

    /// <summary>The fault for a request that the application took and did not answer.</summary>
    public PooledBytes Unanswered(string? relatesTo) => EnvelopeWriter.Fault(Soap, WireFault.Unanswered, relatesTo);

    private ServiceAnswer Create(SoapEnvelope plain, VerifiedMessage request, ReliableHeaders headers, ServiceSession session,
        ServiceSequence? sequence, ReplyProtection protection)
    {
        CreateSequence create;
        try
        {
            create = CreateSequence.Read(plain.Body.FirstChild, Soap, _names, formats.Protocol);
        }
        catch (SecurityFailureException e)
        {
            return Refuse(request, SequenceFault.Refused("The request for a sequence lacks what it must have."), null, protection, e);
        }

        if (create.ContextId != session.Id || (_names.Is11 && !headers.UsesSequenceStr))
        {
            return Refuse(request, SequenceFault.Refused("The sequence is not bound to its security session."), null, protection);
        }

        // A repeated request gets the same sequence. A session has one at most, so nobody fills the memory with them.
        if (sequence is not null && sequence.Offer != create.Offer)
        {
            return Refuse(request, SequenceFault.Refused("The security session has a sequence already."), null, protection);
        }

        if (sequence is null)
        {
            var made = new ServiceSequence(
                UniqueIds.NextUrn(environment.Random), create.Offer, settings, _names, environment.Clock);
            lock (_sequences)
            {
                sequence = _sequences.TryGetValue(session, out var known) && !known.IsOver && known.Offer == create.Offer ? known : made;
                if (sequence == made)
                {
                    known?.Dispose();
                    _sequences.AddOrUpdate(session, made);
                    made.Ending = session.Closed.Register(static s => ((ServiceSequence)s!).Dispose(), made);
                }
            }
        }

        var response = new CreateSequenceResponse(sequence.Identifier, request.To ?? Soap.Anonymous);
        return Own(_names.CreateSequenceResponse, new ReliableHeaders(), request.MessageId, protection,
            output => response.Write(output, Soap, _names));
    }

    private ServiceAnswer End(SoapEnvelope plain, string name, VerifiedMessage request, ReliableHeaders headers,
        ServiceSequence? sequence, ReplyProtection protection)
    {
        var end = SequenceEnd.Read(plain.Body.FirstChild, name, _names);
        if ((sequence is null ? SequenceFault.Unknown(end.Identifier) : sequence.End(end, headers)) is { } fault)
        {
            return Refuse(request, fault, sequence, protection);
        }

        // February 2005 answers by a termination of the sequence of replies, without a relation (recorded).
        var answer = _names.Is11 ? new SequenceEnd(name + "Response", sequence!.Identifier) : new SequenceEnd(name, sequence!.Offer);
        return Own(_names.Namespace + "/" + answer.Name, new ReliableHeaders { Acknowledgement = sequence.Acknowledge() },
            _names.Is11 ? request.MessageId : null, protection, output => answer.Write(output, _names));
    }

    private ServiceAnswer Acknowledge(ServiceSequence sequence, ReplyProtection protection) => Own(
        _names.SequenceAcknowledgementAction, new ReliableHeaders { Acknowledgement = sequence.Acknowledge() }, null, protection, null);

    private static SequenceFault Missing(ReliableHeaders headers) =>
        (headers.Sequence?.Identifier ?? headers.AckRequested) is { } identifier
            ? SequenceFault.Unknown(identifier)
            : SequenceFault.Required;

    private ServiceAnswer Own(
        string action, ReliableHeaders headers, string? relatesTo, ReplyProtection protection, Action<PooledBytes>? body) => new(
        protection.SecureUnrelated(
            ReliableEnvelope.Write(Soap, _names, action, headers, (null, null, relatesTo), body), formats.ForSentReply(action, null)),
        FailureCode.None);

    private ServiceAnswer Refuse(VerifiedMessage request, SequenceFault fault, ServiceSequence? sequence, ReplyProtection protection,
        SecurityFailureException? reason = null)
    {
        var refused = reason is not null ? RefusedMessage.Of(reason)
            : new RefusedMessage(fault.Code) { Detail = fault.Reason, Found = fault.Identifier };
        environment.Refused(RequestFacts.Of(request, refused));
        var envelope = ReliableEnvelope.Write(Soap, _names, fault, sequence?.Acknowledge(), request.MessageId);
        return new ServiceAnswer(
            protection.SecureUnrelated(envelope, formats.ForSentReply(SequenceFault.ActionOf(Soap, _names), requestAction: null)),
            fault.Code);
    }
}

/// <summary>A request of a sequence that the application has: its answer is kept until the client acknowledges it.</summary>
internal sealed class ReliableDelivery(ReliableService service, ServiceSequence sequence, ServiceExchange exchange)
{
    public string SequenceId => sequence.Identifier;

    /// <summary>Keeps the reply of the application, empty where there is none.</summary>
    public void Complete(ReadOnlyMemory<byte> reply) =>
        sequence.Complete(exchange, reply.IsEmpty ? null : headers => service.Number(reply, headers));

    /// <summary>The application took the request and gave no answer: a fault is kept for one that expects a reply.</summary>
    public void Abandon(string? messageId) => sequence.Complete(exchange, messageId is null ? null : headers =>
    {
        using var fault = service.Unanswered(messageId);
        return service.Number(fault.Memory, headers);
    });

    /// <summary>Protects the answer that is kept.</summary>
    public ServiceAnswer Secure(ReplyProtection protection) => service.Repeat(sequence, exchange, protection);
}
