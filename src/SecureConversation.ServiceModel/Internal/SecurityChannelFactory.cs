namespace SecureConversation.ServiceModel.Internal;

/// <summary>Makes the channels of an endpoint, each over a channel of the transport.</summary>
/// <typeparam name="TChannel">IRequestSessionChannel where the binding has sessions and cancels them, else IRequestChannel.</typeparam>
internal sealed class SecurityChannelFactory<TChannel>(
    EndpointSecurity security, IChannelFactory<IRequestChannel> inner, IDefaultCommunicationTimeouts timeouts)
    : FactoryOver<TChannel>(inner, timeouts)
{
    public override T GetProperty<T>() => typeof(T) == typeof(ISecurityCapabilities)
        ? (T)(object)new SecurityCapabilities(security.Binding.Element)
        : base.GetProperty<T>();

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

    protected override void OnClosed()
    {
        base.OnClosed();
        security.Dispose();
    }
}
