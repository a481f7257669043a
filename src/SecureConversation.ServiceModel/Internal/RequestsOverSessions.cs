namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Request channels over a transport that has sessions with messages both ways: each is a session of its own, as WCF has it for handshakes
/// and negotiations. It owns the factory below.
/// </summary>
internal sealed class RequestsOverSessions(IChannelFactory<IDuplexSessionChannel> inner, IDefaultCommunicationTimeouts timeouts)
    : FactoryOver<IRequestChannel>(inner, timeouts)
{
    /// <summary>The channels of the transport, for the messages of a session.</summary>
    public IChannelFactory<IDuplexSessionChannel> Inner => inner;

    protected override IRequestChannel OnCreateChannel(EndpointAddress address, Uri via) =>
        new RequestOverSession(this, inner.CreateChannel(address, via));

    /// <summary>Sends one message after the other, each with its answer: what comes next, as the engine judges whether it is one.</summary>
    private sealed class RequestOverSession(ChannelManagerBase factory, IDuplexSessionChannel inner) : ChannelBase(factory), IRequestChannel
    {
        public EndpointAddress RemoteAddress => inner.RemoteAddress;
        public Uri Via => inner.Via;

        public override T GetProperty<T>() => base.GetProperty<T>() ?? inner.GetProperty<T>();

        public Message? Request(Message message) => Request(message, DefaultSendTimeout);

        public Message? Request(Message message, TimeSpan timeout)
        {
            var deadline = new Deadline(timeout);
            inner.Send(message, timeout);
            return inner.Receive(deadline.Remaining);
        }

        public IAsyncResult BeginRequest(Message message, AsyncCallback callback, object state) =>
            BeginRequest(message, DefaultSendTimeout, callback, state);

        public IAsyncResult BeginRequest(Message message, TimeSpan timeout, AsyncCallback callback, object state) =>
            TaskToAsyncResult.Begin(RequestAsync(message, new Deadline(timeout)), callback, state);

        public Message? EndRequest(IAsyncResult result) => TaskToAsyncResult.End<Message?>(result);

        protected override void OnOpen(TimeSpan timeout) => inner.Open(timeout);

        protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
            inner.BeginOpen(timeout, callback, state);

        protected override void OnEndOpen(IAsyncResult result) => inner.EndOpen(result);

        protected override void OnClose(TimeSpan timeout) => inner.Close(timeout);

        protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
            inner.BeginClose(timeout, callback, state);

        protected override void OnEndClose(IAsyncResult result) => inner.EndClose(result);

        protected override void OnAbort() => inner.Abort();

        private async Task<Message?> RequestAsync(Message message, Deadline deadline)
        {
            await Task.Factory.FromAsync(inner.BeginSend, inner.EndSend, message, deadline.Remaining, null).ConfigureAwait(false);
            return await Task<Message?>.Factory.FromAsync(inner.BeginReceive, inner.EndReceive, deadline.Remaining, null)
                .ConfigureAwait(false);
        }
    }
}
