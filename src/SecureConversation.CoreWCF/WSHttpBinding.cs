using SecureConversation.CoreWCF.Internal;

namespace SecureConversation.CoreWCF;

public partial class WSHttpBinding : IHasReliableSession
{
    /// <summary>Reliable sessions within the sessions of message security. Default: not enabled.</summary>
    public OptionalReliableSession ReliableSession { get; } = new();

    partial void OnReliableSession(bool isEnabled) => ReliableSession.Enabled = isEnabled;

    partial void OnElements(BindingElementCollection elements, MessageSecurityBindingElement? security) =>
        ReliableSession.AddTo(elements, security);
}
