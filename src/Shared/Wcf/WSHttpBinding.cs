#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// WSHttpBinding whose <see cref="SecurityMode.Message"/> works: a replacement under the same name. The other modes are those of the base.
/// </summary>
/// <remarks>
/// Offered are the credential types Certificate, UserName and None. Others, the default Windows among them, are refused with
/// <see cref="InvalidOperationException"/> when the host starts or the channel factory is built. The service shows its certificate in a
/// negotiation, so that the client needs none beforehand, and checks its name and its chain; with NegotiateServiceCredential = false, on
/// both sides, the client knows it. Not sealed, as the class that it replaces is not.
/// </remarks>
public partial class WSHttpBinding : StackWSHttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WSHttpBinding()
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public WSHttpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    /// <param name="reliableSessionEnabled">
    /// Whether sessions are reliable. With message security that needs EstablishSecurityContext; without it CoreWCF has none.
    /// </param>
    public WSHttpBinding(SecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, DropIn.OfStack(reliableSessionEnabled)) => OnReliableSession(reliableSessionEnabled);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements()
    {
        var elements = base.CreateBindingElements();
        MessageSecurityBindingElement? security = null;
        if (Security.Mode == SecurityMode.Message)
        {
            security = DropIn.Insert(elements, () => DropIn.Settings(Security.Message, DropIn.VersionOfWSHttp));
            OnMessageSecurity(security);
        }

        OnElements(elements, security);
        return elements;
    }

    /// <summary>
    /// Null for message security: nothing can derive from WCF's element for it, so CreateBindingElements inserts another.
    /// </summary>
    protected override SecurityBindingElement CreateMessageSecurity() =>
        Security.Mode == SecurityMode.Message ? null! : base.CreateMessageSecurity();

    partial void OnMessageSecurity(MessageSecurityBindingElement element);

    partial void OnReliableSession(bool isEnabled);

    partial void OnElements(BindingElementCollection elements, MessageSecurityBindingElement? security);
}
