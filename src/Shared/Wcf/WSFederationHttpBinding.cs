#if CORE_WCF
using FederationBase = CoreWCF.WSFederationHttpBinding;

namespace SecureConversation.CoreWCF;
#else
using FederationBase = System.ServiceModel.WSHttpBindingBase;

namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// WSFederationHttpBinding of WCF: the client has a token of a security token service. A replacement under the same name, whose
/// <see cref="WSFederationHttpSecurityMode.Message"/> works.
/// </summary>
/// <remarks>
/// The service shows its certificate in a negotiation, so that the client needs none beforehand, and checks its name and its chain; with
/// NegotiateServiceCredential = false, on both sides, the client knows it. Not sealed, as the class that it replaces is not.
/// </remarks>
public partial class WSFederationHttpBinding : FederationBase
{
    /// <summary>A binding with message security.</summary>
    public WSFederationHttpBinding()
        : this(WSFederationHttpSecurityMode.Message)
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public WSFederationHttpBinding(WSFederationHttpSecurityMode securityMode)
        : this(securityMode, reliableSessionEnabled: false)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements()
    {
        var elements = base.CreateBindingElements();
        if (IsOurs)
        {
            var security = DropIn.Insert(elements, () => DropIn.Settings(Security, Versions));
            OnMessageSecurity(security);
        }

        return elements;
    }

    /// <summary>The versions that no property changes.</summary>
    internal virtual EngineBinding.MessageSecurityVersion Versions => DropIn.VersionOfWSHttp;

    partial void OnMessageSecurity(MessageSecurityBindingElement element);
}
