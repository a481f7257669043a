namespace SecureConversation.ServiceModel.Internal;

/// <summary>A factory that opens, closes and aborts with the one below it.</summary>
internal abstract class FactoryOver<TChannel>(IChannelFactory inner, IDefaultCommunicationTimeouts timeouts)
    : ChannelFactoryBase<TChannel>(timeouts)
{
    public override T GetProperty<T>() => base.GetProperty<T>() ?? inner.GetProperty<T>();

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

    private async Task CloseAsync(Deadline deadline)
    {
        await Task.Factory.FromAsync((callback, state) => base.OnBeginClose(deadline.Remaining, callback, state!), base.OnEndClose, null)
            .ConfigureAwait(false);
        await Task.Factory.FromAsync(inner.BeginClose, inner.EndClose, deadline.Remaining, null).ConfigureAwait(false);
    }
}
