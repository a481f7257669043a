using System.Net.Security;
using CoreWCF.Channels;
using Engine = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What CoreWCF asks of a binding about its security.</summary>
internal sealed class SecurityCapabilities(Engine.SecurityBindingElement settings) : ISecurityCapabilities
{
    public ProtectionLevel SupportedRequestProtectionLevel => ProtectionLevel.EncryptAndSign;
    public ProtectionLevel SupportedResponseProtectionLevel => ProtectionLevel.EncryptAndSign;
    public bool SupportsServerAuthentication => true;
    public bool SupportsClientWindowsIdentity => false;
    public bool SupportsClientAuthentication => Authenticates(settings);

    private static bool Authenticates(Engine.SecurityBindingElement element) => element switch
    {
        Engine.SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters: Engine.SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement: { } bootstrap },
        } => Authenticates(bootstrap),
        Engine.AsymmetricSecurityBindingElement => true,
        _ => !element.EndpointSupportingTokenParameters.IsEmpty,
    };
}
