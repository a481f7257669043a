using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// A session whose messages go both ways, over one session of the transport. It is opened by a handshake and ends when each side has sent
/// its Cancel, or has confirmed that of the other. As in WCF, a message that is refused, and the loss of the connection, fault the channel.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nothing asks for the wait handle, which is all that there is to dispose of.")]
internal sealed partial class DuplexSecurityChannel(ChannelManagerBase factory, EndpointSecurity security, IDuplexSessionChannel inner)
    : ChannelBase(factory), IDuplexSessionChannel, IDuplexSession
{
    // A renewal that failed is tried again after this part of the time that the key has left.
    private const int TriesOfTheRest = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly ArrivedMessages _arrived = new();
    private readonly SessionLegs _legs = new(security, inner.RemoteAddress, inner.Via);
    private readonly Turn _renewing = new();
    private readonly TaskCompletionSource _inputClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientSession? _session;
    private ReceivedInSession? _cancel;
    private int _isOutputClosed;
    private long _renewNotBefore;

    public EndpointAddress LocalAddress => inner.LocalAddress;
    public EndpointAddress RemoteAddress => inner.RemoteAddress;
    public Uri Via => inner.Via;
    public IDuplexSession Session => this;

    /// <summary>The identifier of the security context; null until the channel is open.</summary>
    public string? Id => _session?.Id;

    public override T GetProperty<T>() => base.GetProperty<T>() ?? inner.GetProperty<T>();

    public void Send(Message message) => Send(message, DefaultSendTimeout);

    public void Send(Message message, TimeSpan timeout) => SendAsync(message, timeout, isAsync: false).GetAwaiter().GetResult();

    public IAsyncResult BeginSend(Message message, AsyncCallback callback, object state) =>
        BeginSend(message, DefaultSendTimeout, callback, state);

    public IAsyncResult BeginSend(Message message, TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(SendAsync(message, timeout, isAsync: true), callback, state);

    public void EndSend(IAsyncResult result) => TaskToAsyncResult.End(result);

    public Message? Receive() => Receive(DefaultReceiveTimeout);

    public Message? Receive(TimeSpan timeout) => ReceiveAsync(timeout).GetAwaiter().GetResult();

    public IAsyncResult BeginReceive(AsyncCallback callback, object state) => BeginReceive(DefaultReceiveTimeout, callback, state);

    public IAsyncResult BeginReceive(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(ReceiveAsync(timeout), callback, state);

    public Message? EndReceive(IAsyncResult result) => TaskToAsyncResult.End<Message?>(result);

    public bool TryReceive(TimeSpan timeout, out Message? message)
    {
        (var isInTime, message) = _arrived.TryTakeAsync(timeout).GetAwaiter().GetResult();
        return isInTime;
    }

    public IAsyncResult BeginTryReceive(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(_arrived.TryTakeAsync(timeout), callback, state);

    public bool EndTryReceive(IAsyncResult result, out Message? message)
    {
        (var isInTime, message) = TaskToAsyncResult.End<(bool, Message?)>(result);
        return isInTime;
    }

    public bool WaitForMessage(TimeSpan timeout) => _arrived.WaitAsync(timeout).GetAwaiter().GetResult();

    public IAsyncResult BeginWaitForMessage(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(_arrived.WaitAsync(timeout), callback, state);

    public bool EndWaitForMessage(IAsyncResult result) => TaskToAsyncResult.End<bool>(result);

    public void CloseOutputSession() => CloseOutputSession(DefaultCloseTimeout);

    public void CloseOutputSession(TimeSpan timeout) => CloseOutputAsync(new Deadline(timeout)).GetAwaiter().GetResult();

    public IAsyncResult BeginCloseOutputSession(AsyncCallback callback, object state) =>
        BeginCloseOutputSession(DefaultCloseTimeout, callback, state);

    public IAsyncResult BeginCloseOutputSession(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseOutputAsync(new Deadline(timeout)), callback, state);

    public void EndCloseOutputSession(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnOpen(TimeSpan timeout) => OpenAsync(new Deadline(timeout)).GetAwaiter().GetResult();

    protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(OpenAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndOpen(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnOpened()
    {
        base.OnOpened();
        _ = Task.Run(ReadAsync);
    }

    protected override void OnClose(TimeSpan timeout) => CloseAsync(new Deadline(timeout)).GetAwaiter().GetResult();

    protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndClose(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnAbort()
    {
        _stop.Cancel();
        inner.Abort();
        _arrived.End(new CommunicationObjectAbortedException("The channel was aborted."));
        _inputClosed.TrySetResult();
        _session?.Dispose();
    }

    protected override void OnFaulted()
    {
        base.OnFaulted();
        _stop.Cancel();
        inner.Abort();
        _inputClosed.TrySetResult();
        _session?.Dispose();
    }

    private async Task OpenAsync(Deadline deadline)
    {
        ServiceModelLog.Opening(security.Log, RemoteAddress.Uri);
        try
        {
            var client = security.ClientFor(RemoteAddress);
            var session = await _legs.RunAsync(() => client.StartSession(RemoteAddress.Uri), deadline, _stop.Token).ConfigureAwait(false);
            Keep(session);
            await Task.Factory.FromAsync(inner.BeginOpen, inner.EndOpen, deadline.Remaining, null).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            inner.Abort();
            _session?.Dispose();
            ServiceModelLog.OpenFailed(security.Log, RemoteAddress.Uri, e);
            throw e switch
            {
                SecureConversationException refused => SecurityErrors.ForHandshake(refused),
                OperationCanceledException when _stop.IsCancellationRequested =>
                    new CommunicationObjectAbortedException("The channel was aborted while it opened a session.", e),
                _ => SecurityErrors.ForCaller(e),
            };
        }
    }

    // Abort leaves Opening under the same lock: either it finds the session, or this finds that the channel was aborted.
    private void Keep(ClientSession session)
    {
        lock (ThisLock)
        {
            _session = session;
            if (State == CommunicationState.Opening)
            {
                return;
            }
        }

        session.Dispose();
        throw new CommunicationObjectAbortedException("The channel was aborted while it opened a session.");
    }

    private async Task SendAsync(Message message, TimeSpan timeout, bool isAsync)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfDisposedOrNotOpen();
        var deadline = new Deadline(timeout);
        if (!security.KnowsContract)
        {
            UndeclaredHeaders.Refuse(message.Headers);
        }

        if (security.AppliesAddress)
        {
            RemoteAddress.ApplyTo(message);
        }

        var (action, to) = (message.Headers.Action, message.Headers.To);
        using var plain = Envelopes.OfRequest(message);
        var renewal = RenewWhereDueAsync(deadline);
        if (isAsync)
        {
            await renewal.ConfigureAwait(false);
        }
        else
        {
            renewal.GetAwaiter().GetResult();
        }

        using var secured = Secure(plain.Written);
        using var wire = Envelopes.ToWire(secured.Envelope, security, action, to);
        wire.Properties.CopyProperties(message.Properties);
        await SendToTransportAsync(wire, deadline, isAsync).ConfigureAwait(false);
    }

    private ProtectedMessage Secure(ReadOnlyMemory<byte> plain)
    {
        try
        {
            return _session!.SecureMessage(plain);
        }
        catch (ObjectDisposedException) when (State is CommunicationState.Opened && Volatile.Read(ref _isOutputClosed) == 1)
        {
            throw new InvalidOperationException("The output session is closed: nothing more can be sent on this channel.");
        }
        catch (SecureConversationException e)
        {
            ServiceModelLog.Lost(security.Log, Id!, RemoteAddress.Uri, e.Code);
            Fail(SecurityErrors.ForMessage(e));
            throw SecurityErrors.ForMessage(e);
        }
    }

    private async Task SendToTransportAsync(Message wire, Deadline deadline, bool isAsync)
    {
        if (isAsync)
        {
            await Task.Factory.FromAsync(inner.BeginSend, inner.EndSend, wire, deadline.Remaining, null).ConfigureAwait(false);
        }
        else
        {
            inner.Send(wire, deadline.Remaining);
        }
    }

    /// <summary>
    /// The one who finds that the key is to be renewed does so, and is the first under the new key; others go on under the old one as long
    /// as it is good, and so does everybody when the renewal fails, which is tried again after a tenth of the time that is left.
    /// </summary>
    private async Task RenewWhereDueAsync(Deadline deadline)
    {
        var session = _session!;
        if (!session.IsRenewalDue)
        {
            return;
        }

        var isExpired = session.Expires <= TimeProvider.System.GetUtcNow();
        if (!isExpired && Environment.TickCount64 < Volatile.Read(ref _renewNotBefore))
        {
            return;
        }

        using var turn = isExpired ? await _renewing.EnterAsync(deadline, isAsync: true).ConfigureAwait(false) : _renewing.TryEnter();
        if (turn is null || !session.IsRenewalDue)
        {
            return;
        }

        try
        {
            await _legs.RunAsync(session.StartRenewal, deadline, _stop.Token).ConfigureAwait(false);
            ServiceModelLog.Renewed(security.Log, session.Id, RemoteAddress.Uri);
        }
        catch (Exception e) when (e is SecureConversationException or CommunicationException or TimeoutException)
        {
            ServiceModelLog.RenewalFailed(security.Log, session.Id, RemoteAddress.Uri, e);
            if (isExpired)
            {
                throw e is SecureConversationException refused ? SecurityErrors.ForRenewal(refused) : SecurityErrors.ForCaller(e);
            }

            var left = (session.Expires - TimeProvider.System.GetUtcNow()).TotalMilliseconds / TriesOfTheRest;
            Volatile.Write(ref _renewNotBefore, Environment.TickCount64 + (long)left);
        }
    }

    private async Task<Message?> ReceiveAsync(TimeSpan timeout)
    {
        var (isInTime, message) = await _arrived.TryTakeAsync(timeout).ConfigureAwait(false);
        return isInTime ? message : throw new TimeoutException($"No message came within {timeout}.");
    }

    /// <summary>Reads the transport until the service has closed its direction, or something is wrong.</summary>
    private async Task ReadAsync()
    {
        try
        {
            while (await ReadOneAsync().ConfigureAwait(false))
            {
            }

            _arrived.End();
            _inputClosed.TrySetResult();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is SecureConversationException refused)
            {
                ServiceModelLog.Lost(security.Log, Id!, RemoteAddress.Uri, refused.Code);
                e = SecurityErrors.ForMessage(refused, security.KnowsContract);
            }

            Fail(e);
        }
    }

    private void Fail(Exception reason)
    {
        _arrived.End(reason);
        Fault();
    }

    /// <summary>False when the service sends nothing more.</summary>
    private async Task<bool> ReadOneAsync()
    {
        var wire = await Task<Message?>.Factory.FromAsync(inner.BeginReceive, inner.EndReceive, TimeSpan.MaxValue, null)
            .ConfigureAwait(false) ?? throw new CommunicationException(
                "The connection ended before the session did: the service was stopped, gave the session up, or somebody cut it.");
        using (wire)
        {
            using var envelope = await security.ReadAsync(wire, new Deadline(TimeSpan.MaxValue), isAsync: true).ConfigureAwait(false);
            var received = _session!.Receive(envelope.Written);
            switch (received.Kind)
            {
                case ReceivedInSessionKind.Application:
                    using (received)
                    {
                        var message = security.Replies.Read(received.Message.Envelope);
                        message.Properties.CopyProperties(wire.Properties);
                        return await _arrived.TryAddAsync(message, _stop.Token).ConfigureAwait(false);
                    }

                case ReceivedInSessionKind.Cancel:
                    // Its envelope is that of this buffer: what a confirmation needs of it has been read.
                    _cancel = received;
                    return false;
                case ReceivedInSessionKind.Cancelled when Volatile.Read(ref _isOutputClosed) == 1:
                    received.Dispose();
                    ServiceModelLog.Cancelled(security.Log, Id!, RemoteAddress.Uri);
                    return false;
                case ReceivedInSessionKind.Cancelled:
                    received.Dispose();
                    throw new ProtocolException("The service confirmed a Cancel that was not sent.");
                case ReceivedInSessionKind.Aborted:
                    received.Dispose();
                    throw new CommunicationException(
                        "The service gave the session up: it was aborted there, or nothing was sent in it for too long.");
                default:
                    received.Dispose();
                    return true;
            }
        }
    }
}
