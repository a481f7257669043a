namespace SecureConversation.ServiceModel.Internal;

/// <summary>Makes the channels of an endpoint over a transport whose messages go both ways.</summary>
internal sealed class DuplexSecurityChannelFactory(
    EndpointSecurity security, RequestsOverSessions requests, IDefaultCommunicationTimeouts timeouts)
    : ChannelFactoryBase<IDuplexSessionChannel>(timeouts)
{
    public override T GetProperty<T>() => typeof(T) == typeof(ISecurityCapabilities)
        ? (T)(object)new SecurityCapabilities(security.Binding.Element)
        : base.GetProperty<T>() ?? requests.GetProperty<T>();

    protected override IDuplexSessionChannel OnCreateChannel(EndpointAddress address, Uri via) =>
        new DuplexSecurityChannel(this, security, requests.Inner.CreateChannel(address, via));

    protected override void OnOpen(TimeSpan timeout) => requests.Open(timeout);

    protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
        requests.BeginOpen(timeout, callback, state);

    protected override void OnEndOpen(IAsyncResult result) => requests.EndOpen(result);

    protected override void OnClose(TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        base.OnClose(timeout);
        requests.Close(deadline.Remaining);
    }

    protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndClose(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnAbort()
    {
        base.OnAbort();
        requests.Abort();
    }

    protected override void OnClosed()
    {
        base.OnClosed();
        security.Dispose();
    }

    private async Task CloseAsync(Deadline deadline)
    {
        await Task.Factory.FromAsync((callback, state) => base.OnBeginClose(deadline.Remaining, callback, state!), base.OnEndClose, null)
            .ConfigureAwait(false);
        await Task.Factory.FromAsync(requests.BeginClose, requests.EndClose, deadline.Remaining, null).ConfigureAwait(false);
    }
}
