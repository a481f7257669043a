using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Protects requests on their way to the transport and verifies the replies to them. Calls may overlap.</summary>
internal abstract class SecurityChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner) : ChannelBase(factory), IRequestChannel
{
    public EndpointAddress RemoteAddress => inner.RemoteAddress;
    public Uri Via => inner.Via;

    protected EndpointSecurity Security => security;
    protected IRequestChannel Inner => inner;
    protected PendingCalls Calls { get; } = new();

    public override T GetProperty<T>() => base.GetProperty<T>() ?? inner.GetProperty<T>();

    public Message? Request(Message message) => Request(message, DefaultSendTimeout);

    public Message? Request(Message message, TimeSpan timeout)
    {
        using var call = Begin(message, timeout);
        using var reply = Send(call.Wire, call.Deadline);
        return reply is null ? WithoutReply(call) : Complete(call, reply, Envelopes.OfReply(reply, call.Deadline));
    }

    public IAsyncResult BeginRequest(Message message, AsyncCallback callback, object state) => BeginRequest(message, DefaultSendTimeout, callback, state);

    public IAsyncResult BeginRequest(Message message, TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(RequestAsync(message, timeout), callback, state);

    public Message? EndRequest(IAsyncResult result) => TaskToAsyncResult.End<Message?>(result);

    /// <summary>Protects an envelope.</summary>
    protected abstract SecuredRequest Secure(ReadOnlyMemory<byte> envelope);

    /// <summary>What a fault from the service means for the channel.</summary>
    protected abstract void OnFaultReply(SecureConversationException fault);

    /// <summary>One exchange of envelopes of the engine.</summary>
    protected ReadOnlyMemory<byte> Exchange(ReadOnlyMemory<byte> envelope, Deadline deadline)
    {
        using var reply = Send(Envelopes.ToMessage(envelope, security.Version, XmlDictionaryReaderQuotas.Max), deadline);
        return Envelopes.OfReply(reply ?? throw NoReply(), deadline);
    }

    /// <inheritdoc cref="Exchange"/>
    protected async Task<ReadOnlyMemory<byte>> ExchangeAsync(ReadOnlyMemory<byte> envelope, Deadline deadline)
    {
        using var reply = await SendAsync(Envelopes.ToMessage(envelope, security.Version, XmlDictionaryReaderQuotas.Max), deadline).ConfigureAwait(false);
        return await ReadAsync(reply ?? throw NoReply(), deadline).ConfigureAwait(false);
    }

    private async Task<Message?> RequestAsync(Message message, TimeSpan timeout)
    {
        using var call = Begin(message, timeout);
        using var reply = await SendAsync(call.Wire, call.Deadline).ConfigureAwait(false);
        return reply is null ? WithoutReply(call) : Complete(call, reply, await ReadAsync(reply, call.Deadline).ConfigureAwait(false));
    }

    // Messages are read synchronously. Where the network delivers meanwhile, that is for no thread of the pool to wait for.
    private Task<ReadOnlyMemory<byte>> ReadAsync(Message reply, Deadline deadline) => security.StreamsReplies
        ? Task.Factory.StartNew(() => Envelopes.OfReply(reply, deadline), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : Task.FromResult(Envelopes.OfReply(reply, deadline));

    private Message? Send(Message message, Deadline deadline)
    {
        try
        {
            return inner.Request(message, deadline.Remaining);
        }
        catch (OperationCanceledException e)
        {
            throw Cancelled(deadline, e);
        }
    }

    private async Task<Message?> SendAsync(Message message, Deadline deadline)
    {
        try
        {
            return await Task<Message?>.Factory.FromAsync(inner.BeginRequest, inner.EndRequest, message, deadline.Remaining, null).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw Cancelled(deadline, e);
        }
    }

    private Call Begin(Message message, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfDisposedOrNotOpen();
        Calls.Enter();
        try
        {
            return Protect(message, new Deadline(timeout));
        }
        catch (Exception e)
        {
            Calls.Leave();
            throw SecurityErrors.ForCaller(e);
        }
    }

    private Call Protect(Message message, Deadline deadline)
    {
        if (!security.KnowsContract)
        {
            ContractProtection.RefuseHeaders(message.Headers);
        }

        if (security.AppliesAddress)
        {
            RemoteAddress.ApplyTo(message);
        }

        var action = message.Headers.Action;
        var expectsReply = message.Headers.MessageId is not null;
        var secured = Secure(Envelopes.OfRequest(message));
        var wire = Envelopes.ToMessage(secured.Envelope, security.Version, XmlDictionaryReaderQuotas.Max);
        wire.Properties.CopyProperties(message.Properties);
        if (security.Version.Addressing == AddressingVersion.None)
        {
            wire.Headers.Action = action;
        }

        return new Call(Calls, secured, wire, expectsReply, deadline);
    }

    private Message Complete(Call call, Message reply, ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var verified = call.Secured.VerifyReply(envelope);
            if (verified.TryReadFault(out var fault))
            {
                OnFaultReply(new SecureConversationException(fault));
            }

            var message = Envelopes.ToMessage(verified.Envelope, security.Version, security.Quotas);
            message.Properties.CopyProperties(reply.Properties);
            return message;
        }
        catch (SecureConversationException e)
        {
            if (e.Fault is not null)
            {
                OnFaultReply(e);
            }

            throw SecurityErrors.ForMessage(e);
        }
    }

    private static Message? WithoutReply(Call call) => call.ExpectsReply ? throw NoReply() : null;

    // HTTP says the same of an aborted channel and of a body that did not end in time.
    private Exception Cancelled(Deadline deadline, OperationCanceledException e) =>
        State is CommunicationState.Opening or CommunicationState.Opened || deadline.Remaining == TimeSpan.Zero
            ? new TimeoutException($"The reply did not end within {deadline.Timeout}.", e)
            : new CommunicationObjectAbortedException("The channel was aborted during the call.", e);

    private static ProtocolException NoReply() => new("The service took the message and did not reply.");

    /// <summary>One request under way.</summary>
    private sealed record Call(PendingCalls Calls, SecuredRequest Secured, Message Wire, bool ExpectsReply, Deadline Deadline) : IDisposable
    {
        public void Dispose()
        {
            Secured.Dispose();
            Calls.Leave();
        }
    }
}
