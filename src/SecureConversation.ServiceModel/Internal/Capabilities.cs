using System.Net.Security;
using System.ServiceModel.Channels;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>What the stack is told of message security. Binding and channel factory must say the same.</summary>
internal sealed class Capabilities(EngineBinding.SecurityBindingElement element) : ISecurityCapabilities
{
    public ProtectionLevel SupportedRequestProtectionLevel => ProtectionLevel.EncryptAndSign;

    public ProtectionLevel SupportedResponseProtectionLevel => ProtectionLevel.EncryptAndSign;

    public bool SupportsClientAuthentication
    {
        get
        {
            var handshake = Translate.Session(element)?.BootstrapSecurityBindingElement ?? element;
            return handshake is EngineBinding.AsymmetricSecurityBindingElement || !handshake.EndpointSupportingTokenParameters.IsEmpty;
        }
    }

    public bool SupportsClientWindowsIdentity => false;

    public bool SupportsServerAuthentication => true;
}
