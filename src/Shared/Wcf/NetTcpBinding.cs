#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// NetTcpBinding whose <see cref="SecurityMode.Message"/> works: a replacement under the same name. The other modes are those of the base.
/// </summary>
/// <remarks>
/// Client and service open a session, in which messages go both ways, and negotiate what protects its handshake: the service shows its
/// certificate there, so that the client needs none beforehand, and checks its name and its chain. Offered are the credential types
/// Windows, Certificate, UserName and None. A session ends with its connection, as in WCF without reliable sessions.
/// </remarks>
public partial class NetTcpBinding : StackNetTcpBinding
{
    private readonly Lock _gate = new();

    /// <summary>A binding with the security of the base: that of the transport.</summary>
    public NetTcpBinding()
    {
    }

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public NetTcpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of Security.Message is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements()
    {
        // The mode is read under the lock as well: whoever saw what another call asks the base for would get no security.
        lock (_gate)
        {
            if (Security.Mode != SecurityMode.Message)
            {
                return base.CreateBindingElements();
            }

            var elements = CreateWithoutSecurity();
            DropIn.Insert(elements, () => DropIn.Settings(Security.Message));
            return elements;
        }
    }

    // The base throws for this mode, and nothing can derive from what it would make: it is asked for no security instead.
    private BindingElementCollection CreateWithoutSecurity()
    {
        var security = Security;
        try
        {
            Security = new NetTcpSecurity { Mode = SecurityMode.None };
            return base.CreateBindingElements();
        }
        finally
        {
            Security = security;
        }
    }
}
