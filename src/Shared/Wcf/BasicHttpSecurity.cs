#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

/// <summary>
/// The security of <see cref="BasicHttpBinding"/>: that of the stack, which has all modes but <see cref="BasicHttpSecurityMode.Message"/>.
/// </summary>
public sealed class BasicHttpSecurity
{
    // For the stack such a binding has no security: what it makes then is an encoder over HTTP, and message security comes above.
    private bool _isMessage;

    /// <summary>No security.</summary>
    public BasicHttpSecurity()
        : this(new StackBasicHttpSecurity())
    {
    }

    internal BasicHttpSecurity(StackBasicHttpSecurity ofStack) => OfStack = ofStack;

    /// <summary>Where security is applied. Default None.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
    public BasicHttpSecurityMode Mode
    {
        get => _isMessage && OfStack.Mode == BasicHttpSecurityMode.None ? BasicHttpSecurityMode.Message : OfStack.Mode;
        set
        {
            OfStack.Mode = value == BasicHttpSecurityMode.Message ? BasicHttpSecurityMode.None : value;
            _isMessage = value == BasicHttpSecurityMode.Message;
        }
    }

    /// <summary>The credentials of the transport. Without effect in the mode Message.</summary>
    public HttpTransportSecurity Transport
    {
        get => OfStack.Transport;
        set => OfStack.Transport = value;
    }

    /// <summary>The credentials of messages.</summary>
    public BasicHttpMessageSecurity Message
    {
        get => OfStack.Message;
        set => OfStack.Message = value;
    }

    internal StackBasicHttpSecurity OfStack { get; }
}
