using System.Diagnostics.CodeAnalysis;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Protects requests on their way to the transport and verifies the replies to them. Calls may overlap. Each operation is written once:
/// with <c>isAsync</c> false it waits for the transport on the thread of the caller, and its task is completed when it returns. On a
/// thread of the pool, which the replies need as well, the asynchronous form is waited for: the pool sees that a thread waits for a task,
/// and adds others. See <see cref="SynchronousProxy"/> for those who do not have to wait there.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nothing asks for the wait handle, which is all that there is to dispose of.")]
internal abstract class SecurityChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : ChannelBase(factory), IRequestChannel, ICommunicationObject
{
    private readonly CancellationTokenSource _aborted = new();

    // The channel of a proxy asks for this event when it is made, and is known by it.
    event EventHandler ICommunicationObject.Faulted
    {
        add
        {
            SynchronousProxy.Attend(value?.Target);
            Faulted += value;
        }

        remove => Faulted -= value;
    }

    public EndpointAddress RemoteAddress => inner.RemoteAddress;
    public Uri Via => inner.Via;

    protected EndpointSecurity Security => security;
    protected IRequestChannel Inner => inner;
    protected PendingCalls Calls { get; } = new();

    private static bool IsOnPool => Thread.CurrentThread.IsThreadPoolThread;

    public override T GetProperty<T>() => base.GetProperty<T>() ?? inner.GetProperty<T>();

    public Message? Request(Message message) => Request(message, DefaultSendTimeout);

    public Message? Request(Message message, TimeSpan timeout) =>
        RequestAsync(message, timeout, isAsync: IsOnPool).GetAwaiter().GetResult();

    public IAsyncResult BeginRequest(Message message, AsyncCallback callback, object state) =>
        BeginRequest(message, DefaultSendTimeout, callback, state);

    public IAsyncResult BeginRequest(Message message, TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(RequestAsync(message, timeout, isAsync: true), callback, state);

    public Message? EndRequest(IAsyncResult result) => TaskToAsyncResult.End<Message?>(result);

    /// <summary>Protects a call.</summary>
    protected abstract Task<ProtectedCall> SecureAsync(PlainCall call, bool isAsync);

    /// <summary>
    /// What a refusal means for the channel: of a reply, which may be a fault that nothing secures, or by the service, in a fault that is
    /// secured. The result says whether the call is made once more. Otherwise the caller gets the exception, or the fault.
    /// </summary>
    protected abstract bool OnRefused(PlainCall call, ProtectedCall request, SecureConversationException refused);

    /// <summary>The exception for a request that the service took without a reply.</summary>
    protected abstract Exception OnNoReply(ProtectedCall request);

    /// <summary>The message to protect in the place of one that is sent.</summary>
    protected virtual Message Bind(Message message) => message;

    protected abstract Task OpenAsync(Deadline deadline, bool isAsync);

    protected abstract Task CloseAsync(Deadline deadline, bool isAsync);

    protected sealed override void OnOpen(TimeSpan timeout) => OpenAsync(new Deadline(timeout), isAsync: IsOnPool).GetAwaiter().GetResult();

    protected sealed override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(OpenAsync(new Deadline(timeout), isAsync: true), callback, state);

    protected sealed override void OnEndOpen(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected sealed override void OnClose(TimeSpan timeout) =>
        CloseAsync(new Deadline(timeout), isAsync: IsOnPool).GetAwaiter().GetResult();

    protected sealed override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseAsync(new Deadline(timeout), isAsync: true), callback, state);

    protected sealed override void OnEndClose(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected Task OpenInnerAsync(Deadline deadline, bool isAsync)
    {
        if (isAsync)
        {
            return Task.Factory.FromAsync(inner.BeginOpen, inner.EndOpen, deadline.Remaining, null);
        }

        inner.Open(deadline.Remaining);
        return Task.CompletedTask;
    }

    protected Task CloseInnerAsync(Deadline deadline, bool isAsync)
    {
        if (isAsync)
        {
            return Task.Factory.FromAsync(inner.BeginClose, inner.EndClose, deadline.Remaining, null);
        }

        inner.Close(deadline.Remaining);
        return Task.CompletedTask;
    }

    /// <summary>Ends what is under way.</summary>
    protected void AbortInner()
    {
        _aborted.Cancel();
        inner.Abort();
    }

    /// <summary>Gets what the next message needs and is not there: issued tokens, and what is negotiated.</summary>
    protected async Task PrepareAsync(Deadline deadline, bool isAsync)
    {
        try
        {
            await security.PrepareAsync(RemoteAddress, Via, deadline, isAsync, _aborted.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (_aborted.IsCancellationRequested)
        {
            throw new CommunicationObjectAbortedException("The channel was aborted before its message could be protected.", e);
        }
    }

    /// <summary>One exchange of envelopes of the engine; empty when the service answered with a success and nothing else.</summary>
    protected async Task<ReadOnlyMemory<byte>> ExchangeAsync(ReadOnlyMemory<byte> envelope, Deadline deadline, bool isAsync)
    {
        var message = Envelopes.ToMessage(envelope, security.Version, XmlDictionaryReaderQuotas.Max);
        using var reply = await SendAsync(message, deadline, isAsync).ConfigureAwait(false);
        return reply is null ? default : await security.ReadCopyAsync(reply, deadline, isAsync).ConfigureAwait(false);
    }

    private async Task<Message?> RequestAsync(Message message, TimeSpan timeout, bool isAsync)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfDisposedOrNotOpen();
        ObjectDisposedException.ThrowIf(!Calls.TryEnter(), this);
        try
        {
            using var call = Read(message, new Deadline(timeout));
            while (true)
            {
                using var request = await ProtectAsync(call, isAsync).ConfigureAwait(false);
                using var reply = await SendAsync(ToWire(call, request), call.Deadline, isAsync).ConfigureAwait(false);
                if (reply is null)
                {
                    // A service drops what comes ahead of its turn, and the reliable session sends it again.
                    return call.ExpectsReply && security.ReliableMessaging is null ? throw OnNoReply(request) : null;
                }

                using var read = reply is ArrivedReply
                    ? null
                    : await security.ReadAsync(reply, call.Deadline, isAsync).ConfigureAwait(false);
                if (Complete(call, request, reply, read?.Written ?? ((ArrivedReply)reply).Envelope) is { } answer)
                {
                    return answer;
                }

                call.IsRepeated = true;
            }
        }
        finally
        {
            Calls.Leave();
        }
    }

    private async Task<Message?> SendAsync(Message message, Deadline deadline, bool isAsync)
    {
        try
        {
            return isAsync
                ? await Task<Message?>.Factory.FromAsync(inner.BeginRequest, inner.EndRequest, message, deadline.Remaining, null)
                    .ConfigureAwait(false)
                : inner.Request(message, deadline.Remaining);
        }
        catch (OperationCanceledException e)
        {
            // HTTP throws this for an aborted channel as well as for a body that did not end in time.
            throw State is CommunicationState.Opening or CommunicationState.Opened || deadline.Remaining == TimeSpan.Zero
                ? new TimeoutException($"The reply did not end within {deadline.Timeout}.", e)
                : new CommunicationObjectAbortedException("The channel was aborted during the call.", e);
        }
    }

    private PlainCall Read(Message message, Deadline deadline)
    {
        if (!security.KnowsContract)
        {
            UndeclaredHeaders.Refuse(message.Headers);
        }

        if (security.AppliesAddress)
        {
            RemoteAddress.ApplyTo(message);
        }

        message = Bind(message);
        var headers = message.Headers;
        var (action, to, expectsReply) = (headers.Action, headers.To, headers.MessageId is not null);
        return new PlainCall(message, Envelopes.OfRequest(message), action, to, expectsReply, deadline);
    }

    private async Task<ProtectedCall> ProtectAsync(PlainCall call, bool isAsync)
    {
        try
        {
            return await SecureAsync(call, isAsync).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw SecurityErrors.ForCaller(e);
        }
    }

    private Message ToWire(PlainCall call, ProtectedCall request)
    {
        var hasAddressing = security.Version.Addressing != AddressingVersion.None;
        var wire = Envelopes.ToWire(request.Request.Envelope, security, call.Action, hasAddressing ? call.To : null);
        wire.Properties.CopyProperties(call.Message.Properties);
        if (!hasAddressing)
        {
            wire.Headers.Action = call.Action;
        }

        return wire;
    }

    /// <summary>The reply for the application; null where the call is to be made once more.</summary>
    private Message? Complete(PlainCall call, ProtectedCall request, Message reply, ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var verified = request.Request.VerifyReply(envelope);
            if (verified.TryReadFault(out var fault))
            {
                var refusal = new SecureConversationException(fault);
                if (OnRefused(call, request, refusal))
                {
                    return null;
                }

                if (request.Session is not null && refusal.Failure == SecureConversationFailure.BadContextToken)
                {
                    throw SecurityErrors.ForMessage(refusal);
                }
            }

            var message = security.Replies.Read(verified.Envelope);
            message.Properties.CopyProperties(reply.Properties);
            return message;
        }
        catch (SecureConversationException e)
        {
            if (reply is ArrivedReply
                && e.Code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct or FailureCode.NotAnEnvelope
                    or FailureCode.SoapVersionMismatch)
            {
                // What is no message to the stack is an error of the protocol, as where the stack reads it first.
                Envelopes.OfReply(reply, security.MostOctetsAsText).Dispose();
            }

            return OnRefused(call, request, e) ? null : throw SecurityErrors.ForMessage(e, security.KnowsContract);
        }
    }
}
