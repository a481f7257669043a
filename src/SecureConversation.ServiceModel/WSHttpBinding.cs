using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel;

/// <summary>
/// WSHttpBinding whose <see cref="SecurityMode.Message"/> works: a replacement under the same name. The other modes are those of its base.
/// </summary>
/// <remarks>
/// Offered are the credential types Certificate, UserName and None, with NegotiateServiceCredential = false. Others, the defaults
/// Windows and true among them, are refused with <see cref="InvalidOperationException"/> when the binding is built.
/// </remarks>
public class WSHttpBinding : System.ServiceModel.WSHttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WSHttpBinding()
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    public WSHttpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">The mode.</param>
    /// <param name="reliableSessionEnabled">True is for the base to judge; it does not go with message security.</param>
    public WSHttpBinding(SecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, reliableSessionEnabled)
    {
    }

    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements() =>
        DropIn.AddMessageSecurity(base.CreateBindingElements(), Security, LoggerFactory,
            EngineBinding.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10);

    /// <summary>None for message security, whose element is no SecurityBindingElement: those cannot be derived from.</summary>
    protected override SecurityBindingElement CreateMessageSecurity() =>
        Security.Mode == SecurityMode.Message ? null! : base.CreateMessageSecurity();
}
