using System.Net.Security;

namespace SecureConversation.Shared;

/// <summary>What WCF asks of a binding about its security.</summary>
internal sealed class SecurityCapabilities(EngineBinding.SecurityBindingElement settings) : ISecurityCapabilities
{
    public ProtectionLevel SupportedRequestProtectionLevel => ProtectionLevel.EncryptAndSign;
    public ProtectionLevel SupportedResponseProtectionLevel => ProtectionLevel.EncryptAndSign;
    public bool SupportsServerAuthentication => true;
    public bool SupportsClientWindowsIdentity => false;

    /// <summary>Clients prove themselves in the handshake where there is a session, and with each message where there is none.</summary>
    public bool SupportsClientAuthentication
    {
        get
        {
            var handshake = Translation.Session(settings)?.BootstrapSecurityBindingElement ?? settings;
            return handshake is EngineBinding.AsymmetricSecurityBindingElement || handshake.GetSupportingTokenParameters().Any();
        }
    }
}
