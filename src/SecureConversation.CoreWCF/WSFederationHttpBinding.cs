namespace SecureConversation.CoreWCF;

public partial class WSFederationHttpBinding
{
    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    /// <param name="reliableSessionEnabled">Has to be false: CoreWCF has no reliable sessions.</param>
    /// <exception cref="PlatformNotSupportedException">True.</exception>
    public WSFederationHttpBinding(WSFederationHttpSecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, DropIn.Reliable(reliableSessionEnabled))
    {
    }

    // Credentials over TLS are those of CoreWCF, which has them for issued tokens.
    private bool IsOurs => Security.Mode == WSFederationHttpSecurityMode.Message;

    /// <summary>
    /// Null for message security: nothing can derive from WCF's element for it, so CreateBindingElements inserts another.
    /// </summary>
    protected override SecurityBindingElement CreateMessageSecurity() =>
        Security.Mode == WSFederationHttpSecurityMode.TransportWithMessageCredential
            ? Security.Message.CreateSecurityBindingElement(
                isSecureTransportMode: true, isReliableSession: false, Translation.FromEngine(Versions))
            : null!;
}
