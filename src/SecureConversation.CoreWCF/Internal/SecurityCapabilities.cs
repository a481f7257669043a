using System.Net.Security;
using CoreWCF.Channels;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What CoreWCF asks of a binding about its security.</summary>
internal sealed class SecurityCapabilities(EngineBinding.SecurityBindingElement settings) : ISecurityCapabilities
{
    public ProtectionLevel SupportedRequestProtectionLevel => ProtectionLevel.EncryptAndSign;
    public ProtectionLevel SupportedResponseProtectionLevel => ProtectionLevel.EncryptAndSign;
    public bool SupportsServerAuthentication => true;
    public bool SupportsClientWindowsIdentity => false;
    public bool SupportsClientAuthentication => Authenticates(settings);

    private static bool Authenticates(EngineBinding.SecurityBindingElement element) => element switch
    {
        EngineBinding.SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters: EngineBinding.SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement: { } bootstrap },
        } => Authenticates(bootstrap),
        EngineBinding.AsymmetricSecurityBindingElement => true,
        _ => !element.EndpointSupportingTokenParameters.IsEmpty,
    };
}
