#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// WS2007FederationHttpBinding of WCF: <see cref="WSFederationHttpBinding"/> with the versions of OASIS, WS-Trust 1.3 and
/// WS-SecureConversation 1.3. These know tokens without key (bearer).
/// </summary>
/// <inheritdoc cref="WSFederationHttpBinding" path="/remarks"/>
public class WS2007FederationHttpBinding : WSFederationHttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WS2007FederationHttpBinding()
    {
    }

    /// <inheritdoc/>
    public WS2007FederationHttpBinding(WSFederationHttpSecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <inheritdoc/>
    public WS2007FederationHttpBinding(WSFederationHttpSecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, reliableSessionEnabled)
    {
    }

    internal override EngineBinding.MessageSecurityVersion Versions => DropIn.VersionOfWS2007Http;
}
