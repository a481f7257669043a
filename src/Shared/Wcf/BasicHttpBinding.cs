#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// BasicHttpBinding whose <see cref="BasicHttpSecurityMode.Message"/> works: a replacement under the same name. The other modes are those
/// of the base, <see cref="BasicHttpSecurityMode.TransportWithMessageCredential"/> among them.
/// </summary>
/// <remarks>
/// The mode Message is that of WCF: SOAP 1.1 without addressing, WS-Security 1.0, certificates on both sides, so that ClientCredentialType
/// has to be Certificate, which is not its default. Not sealed, as the class that it replaces is not.
/// </remarks>
public partial class BasicHttpBinding : StackBasicHttpBinding
{
    private BasicHttpSecurity _security;

    /// <summary>A binding without security.</summary>
    public BasicHttpBinding()
        : this(BasicHttpSecurityMode.None)
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public BasicHttpBinding(BasicHttpSecurityMode securityMode) => _security = new(base.Security) { Mode = securityMode };

    /// <summary>The security. Hides that of the base, which does not take the mode Message.</summary>
    public new BasicHttpSecurity Security
    {
        // Whoever knows this binding by the type of the base may have set another there.
        get => ReferenceEquals(_security.OfStack, base.Security) ? _security : _security = new(base.Security);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            base.Security = value.OfStack;
            _security = value;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements()
    {
        var elements = base.CreateBindingElements();
        if (Security.Mode == BasicHttpSecurityMode.Message)
        {
            var security = DropIn.Insert(elements, () => DropIn.Settings(Security.Message));
#if CORE_WCF
            security.ExportsTrust = false;
#endif
            OnMessageSecurity(security);
        }

        return elements;
    }

    partial void OnMessageSecurity(MessageSecurityBindingElement element);
}
