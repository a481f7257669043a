namespace SecureConversation.ServiceModel.Internal;

/// <summary>Makes the channels of an endpoint, each over a channel of the transport.</summary>
/// <typeparam name="TChannel">IRequestSessionChannel where the binding has sessions and cancels them, else IRequestChannel.</typeparam>
internal sealed class SecurityChannelFactory<TChannel>(
    EndpointSecurity security, IChannelFactory<IRequestChannel> inner, IDefaultCommunicationTimeouts timeouts)
    : ChannelFactoryBase<TChannel>(timeouts)
{
    public override T GetProperty<T>() => typeof(T) == typeof(ISecurityCapabilities)
        ? (T)(object)new SecurityCapabilities(security.Binding.Element)
        : base.GetProperty<T>() ?? inner.GetProperty<T>();

    protected override TChannel OnCreateChannel(EndpointAddress address, Uri via)
    {
        var channel = inner.CreateChannel(address, via);
        return (TChannel)(object)(security.Binding.SecureConversation switch
        {
            null => new SingleChannel(this, security, channel),
            { RequireCancellation: false } => new SessionChannel(this, security, channel),
            _ => (SecurityChannel)new KnownSessionChannel(this, security, channel),
        });
    }

    protected override void OnOpen(TimeSpan timeout) => inner.Open(timeout);

    protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
        inner.BeginOpen(timeout, callback, state);

    protected override void OnEndOpen(IAsyncResult result) => inner.EndOpen(result);

    protected override void OnClose(TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        base.OnClose(timeout);
        inner.Close(deadline.Remaining);
    }

    protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndClose(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnAbort()
    {
        base.OnAbort();
        inner.Abort();
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
        await Task.Factory.FromAsync(inner.BeginClose, inner.EndClose, deadline.Remaining, null).ConfigureAwait(false);
    }
}
