namespace SecureConversation.ServiceModel.Internal;

/// <summary>Makes the channels of an endpoint over a transport whose messages go both ways.</summary>
internal sealed class DuplexSecurityChannelFactory(
    EndpointSecurity security, RequestsOverSessions requests, IDefaultCommunicationTimeouts timeouts)
    : FactoryOver<IDuplexSessionChannel>(requests, timeouts)
{
    public override T GetProperty<T>() => typeof(T) == typeof(ISecurityCapabilities)
        ? (T)(object)new SecurityCapabilities(security.Binding.Element)
        : base.GetProperty<T>();

    protected override IDuplexSessionChannel OnCreateChannel(EndpointAddress address, Uri via) =>
        new DuplexSecurityChannel(this, security, requests.Inner.CreateChannel(address, via));

    protected override void OnClosed()
    {
        base.OnClosed();
        security.Dispose();
    }
}
