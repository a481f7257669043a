namespace SecureConversation.ServiceModel;

/// <summary>Where the security of <see cref="WSFederationHttpBinding"/> is applied. It has the names and values of WCF.</summary>
public enum WSFederationHttpSecurityMode
{
    /// <summary>Nowhere.</summary>
    None,
    /// <summary>Messages are signed and encrypted.</summary>
    Message,
    /// <summary>TLS protects messages, which carry the token of the client.</summary>
    TransportWithMessageCredential,
}

/// <summary>The security of <see cref="WSFederationHttpBinding"/>. WCF has this class; its client for .NET lacks it.</summary>
public sealed class WSFederationHttpSecurity
{
    private FederatedMessageSecurityOverHttp _message = new();

    /// <summary>Where security is applied. Default Message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
    public WSFederationHttpSecurityMode Mode
    {
        get;
        set => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a mode.");
    } = WSFederationHttpSecurityMode.Message;

    /// <summary>What is said about the token and the security of messages.</summary>
    public FederatedMessageSecurityOverHttp Message
    {
        get => _message;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _message = value;
        }
    }
}
