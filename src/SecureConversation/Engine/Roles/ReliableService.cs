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
/// The reliable sessions of a service. What comes here is verified, so what breaks the protocol is answered by its fault, which the session
/// protects.
/// </summary>
internal sealed class ReliableService(
    BindingMessages formats, ReliableSessionBindingElement settings, long maxKeptReplyBytes, EngineEnvironment environment) : IDisposable
{
    private readonly RmNames _names = RmNames.Of(settings.ReliableMessagingVersion);
    private readonly ServiceSequences _sequences = new(settings, maxKeptReplyBytes, environment);

    private SoapNames Soap => formats.Soap;

    /// <summary>Decides on a verified request of a session. The request and the protection stay the caller's.</summary>
    /// <returns>The exchange of a request for the application, or the answer; neither for a request that counts as lost.</returns>
    public async ValueTask<(ReliableDelivery? Delivery, ServiceAnswer? Answer)> ReceiveAsync(
        VerifiedMessage request, ServiceSession session, ReplyProtection protection, CancellationToken cancellationToken)
    {
        var sequence = _sequences.Find(session);
        sequence?.EndIfInactive();
        try
        {
            var (decision, own) = Decide(request, session, sequence, protection);
            if (own is not null)
            {
                return (null, own);
            }

            switch (decision.Step)
            {
                case ServiceStep.Refuse:
                    return (null, Refuse(request, decision.Fault!, sequence, protection));
                case ServiceStep.Drop:
                    environment.Sequences!.Dropped(sequence!.Identifier, decision.Cause.ToString(), decision.Limit);
                    return (null, null);
                case ServiceStep.Acknowledge:
                    return (null, Acknowledge(sequence!, protection));
                case ServiceStep.Repeat:
                    return (null, await RepeatAsync(request, sequence!, decision.Repetition!, protection, cancellationToken)
                        .ConfigureAwait(false));
                default:
                    return await DeliverAsync(request, session, sequence!, decision.Exchange!, protection).ConfigureAwait(false);
            }
        }
        finally
        {
            _sequences.Report(session);
        }
    }

    public void Dispose() => _sequences.Dispose();

    /// <summary>What the sequence says to a message, or the answer to one that is about the sequence itself.</summary>
    private (ServiceDecision Decision, ServiceAnswer? Own) Decide(
        VerifiedMessage request, ServiceSession session, ServiceSequence? sequence, ReplyProtection protection)
    {
        // The octets are copied, and cleared at the end: what the application gets is another envelope.
        var octets = new PooledBytes(request.Envelope.Length);
        octets.Write(request.Envelope.Span);
        using var plain = SoapEnvelope.Parse(
            octets.Memory, Soap, environment.XmlLimits, indexBody: _names.Owns(request.Action), buffer: octets);
        var headers = ReliableHeaders.Read(plain, _names);
        if (request.Action == _names.CreateSequence)
        {
            return (default, Create(plain, request, headers, session, protection));
        }

        if (request.Action == _names.TerminateSequence || (_names.Is11 && request.Action == _names.CloseSequence))
        {
            var name = request.Action == _names.TerminateSequence ? SequenceEnd.Terminate : SequenceEnd.Close;
            return (default, End(plain, name, request, headers, sequence, protection));
        }

        if (sequence is null || (headers.Sequence ?? (object?)headers.AckRequested) is null
            || (_names.Owns(request.Action) && headers.Sequence is not null && request.Action != _names.LastMessage))
        {
            // A number belongs to a message of the application, or to the last one of February 2005.
            return (default, Refuse(request, Missing(headers), sequence, protection));
        }

        if (!_names.Owns(request.Action))
        {
            request.HandOut(ReliableHeaders.Remove(plain, _names));
        }

        return (sequence.Receive(headers), null);
    }

    /// <summary>Waits for the reply to a request that came before. The application has that one, so nothing of this one is kept.</summary>
    private async ValueTask<ServiceAnswer?> RepeatAsync(VerifiedMessage request, ServiceSequence sequence, Repetition repetition,
        ReplyProtection protection, CancellationToken cancellationToken)
    {
        var done = repetition.Exchange.Done;
        try
        {
            request.Dispose();
            environment.Sequences!.Repeated();
            await Task.WhenAny(done, repetition.Displaced.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (done.IsCompleted)
            {
                return Repeat(sequence, repetition.Exchange, protection);
            }

            environment.Sequences!.Dropped(sequence.Identifier, nameof(DropCause.Waiting), limit: null);
            return null;
        }
        finally
        {
            sequence.StopWaiting(repetition);
        }
    }

    private async ValueTask<(ReliableDelivery? Delivery, ServiceAnswer? Answer)> DeliverAsync(VerifiedMessage request,
        ServiceSession session, ServiceSequence sequence, ServiceExchange exchange, ReplyProtection protection)
    {
        var delivery = new ReliableDelivery(this, session, sequence, exchange);
        try
        {
            // Whatever becomes of this connection: the request is taken, and those after it wait for it.
            await exchange.Predecessor.ConfigureAwait(false);
            if (sequence.IsOver)
            {
                // It ended while the request waited, which is not executed any more.
                return (null, Refuse(request, sequence.Ended, null, protection));
            }

            if (request.Action == _names.LastMessage)
            {
                if (!exchange.IsLast)
                {
                    return (null, delivery.Complete(default, protection));
                }

                using var last = ReliableEnvelope.Write(Soap, _names, _names.LastMessage, new ReliableHeaders(), default);
                return (null, delivery.Complete(last.Memory, protection));
            }

            return (delivery, null);
        }
        catch
        {
            delivery.Abandon(request.MessageId);
            throw;
        }
    }

    /// <summary>
    /// The reply that is kept, protected anew; an acknowledgement where there is none, a fault where the sequence is over.
    /// </summary>
    public ServiceAnswer Repeat(ServiceSequence sequence, ServiceExchange exchange, ReplyProtection protection)
    {
        ServiceAnswer? answer = null;
        sequence.TryUseReply(exchange, reply =>
        {
            var (message, isFault) = protection.Secure(reply);
            answer = new ServiceAnswer(message, FailureCode.None) { IsFault = isFault };
        });
        return answer ?? (sequence.IsOver
            ? Fault(sequence.Ended, null, null, protection)
            : Acknowledge(sequence, protection, isAnswer: true));
    }

    /// <summary>Logs and counts the end of the sequence of a session, if it has ended.</summary>
    public void Report(ServiceSession session) => _sequences.Report(session);

    /// <summary>Writes a reply of the application with its number.</summary>
    public PooledBytes Number(ReadOnlyMemory<byte> reply, ReliableHeaders headers)
    {
        using var plain = SoapEnvelope.Parse(reply, Soap, environment.XmlLimits);
        return headers.AddTo(plain, _names);
    }

    /// <summary>The fault for a request that the application took and did not answer.</summary>
    public PooledBytes Unanswered(string? relatesTo) => EnvelopeWriter.Fault(Soap, WireFault.Unanswered, relatesTo);

    private ServiceAnswer Create(SoapEnvelope plain, VerifiedMessage request, ReliableHeaders headers, ServiceSession session,
        ReplyProtection protection)
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

        if (_sequences.Open(session, create.Offer) is not { } sequence)
        {
            return Refuse(request, SequenceFault.Refused("The security session has, or had, another sequence."), null, protection);
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

    /// <summary>
    /// An acknowledgement alone. Where it is the answer to a request that expected a reply, it names that request, so that its client
    /// knows.
    /// </summary>
    private ServiceAnswer Acknowledge(ServiceSequence sequence, ReplyProtection protection, bool isAnswer = false)
    {
        var action = _names.SequenceAcknowledgementAction;
        var headers = new ReliableHeaders { Acknowledgement = sequence.Acknowledge() };
        return isAnswer
            ? new(protection.Secure(
                ReliableEnvelope.Write(Soap, _names, action, headers, default), formats.ForSentReply(action, null)), FailureCode.None)
            : Own(action, headers, null, protection, null);
    }

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
        return Fault(fault, sequence, request.MessageId, protection);
    }

    private ServiceAnswer Fault(SequenceFault fault, ServiceSequence? sequence, string? relatesTo, ReplyProtection protection)
    {
        var envelope = ReliableEnvelope.Write(Soap, _names, fault, sequence?.Acknowledge(), relatesTo);
        return new ServiceAnswer(
            protection.SecureUnrelated(envelope, formats.ForSentReply(SequenceFault.ActionOf(Soap, _names), requestAction: null)),
            fault.Code);
    }
}

/// <summary>A request of a sequence that the application has: its answer is kept until the client acknowledges it.</summary>
internal sealed class ReliableDelivery(
    ReliableService service, ServiceSession session, ServiceSequence sequence, ServiceExchange exchange)
{
    public string SequenceId => sequence.Identifier;

    /// <summary>Protects the reply of the application, empty where there is none, and keeps it if that works.</summary>
    /// <exception cref="ArgumentException">The envelope cannot be protected; another reply may take its place.</exception>
    public ServiceAnswer Complete(ReadOnlyMemory<byte> reply, ReplyProtection protection)
    {
        if (reply.IsEmpty || sequence.BeginReply(exchange) is not { } headers)
        {
            sequence.Complete(exchange, null);
            return service.Repeat(sequence, exchange, protection);
        }

        var numbered = service.Number(reply, headers);
        try
        {
            var (message, isFault) = protection.Secure(numbered.Memory);
            sequence.Complete(exchange, numbered);
            numbered = null;
            service.Report(session);
            return new ServiceAnswer(message, FailureCode.None) { IsFault = isFault };
        }
        finally
        {
            numbered?.Dispose();
        }
    }

    /// <summary>The application took the request and gave no answer: a fault is kept for one that expects a reply.</summary>
    public void Abandon(string? messageId)
    {
        if (messageId is null || sequence.BeginReply(exchange) is not { } headers)
        {
            sequence.Complete(exchange, null);
            return;
        }

        using var fault = service.Unanswered(messageId);
        sequence.Complete(exchange, service.Number(fault.Memory, headers));
        service.Report(session);
    }
}
