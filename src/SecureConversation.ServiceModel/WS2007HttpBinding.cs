using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel;

/// <summary>
/// WS2007HttpBinding whose <see cref="SecurityMode.Message"/> works: a replacement under the same name. The other modes are those of its base.
/// </summary>
/// <inheritdoc cref="WSHttpBinding" path="/remarks"/>
public class WS2007HttpBinding : System.ServiceModel.WS2007HttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WS2007HttpBinding()
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    public WS2007HttpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">The mode.</param>
    /// <param name="reliableSessionEnabled">True is for the base to judge; it does not go with message security.</param>
    public WS2007HttpBinding(SecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, reliableSessionEnabled)
    {
    }

    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements() =>
        DropIn.AddMessageSecurity(base.CreateBindingElements(), Security, LoggerFactory,
            EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10);

    /// <summary>None for message security, whose element is no SecurityBindingElement: those cannot be derived from.</summary>
    protected override SecurityBindingElement CreateMessageSecurity() =>
        Security.Mode == SecurityMode.Message ? null! : base.CreateMessageSecurity();
}
