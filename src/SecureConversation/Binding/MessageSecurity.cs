namespace SecureConversation.Binding;

/// <summary>
/// The message security settings of WSHttpBinding and WS2007HttpBinding. Creates the same binding element as those bindings do.
/// Two defaults differ from WCF, whose defaults are not offered: clients have certificates and not Windows accounts, and the certificate
/// of the service is not negotiated.
/// </summary>
public sealed record MessageSecurity
{
    /// <summary>The credential of the client. Default: a certificate. Windows accounts and issued tokens are not offered.</summary>
    public MessageCredentialType ClientCredentialType { get; init; } = MessageCredentialType.Certificate;

    /// <summary>
    /// Whether client and service negotiate the certificate of the service. Must be false: the client needs the certificate beforehand.
    /// </summary>
    public bool NegotiateServiceCredential { get; init; }

    /// <summary>True (default): the client opens a session. False: each message is secured on its own.</summary>
    public bool EstablishSecurityContext { get; init; } = true;

    /// <summary>The algorithm suite. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    public SecurityAlgorithmSuite AlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default;

    /// <summary>
    /// The versions of the protocols. Default: those of WSHttpBinding. WS2007HttpBinding has
    /// <see cref="MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10"/>.
    /// </summary>
    public MessageSecurityVersion MessageSecurityVersion { get; init; } =
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    /// <summary>How much of a message its signature covers, here and in the handshake. Default: as WCF does it.</summary>
    public MessageProtectionProfile MessageProtectionProfile { get; init; }

    /// <summary>
    /// Creates the binding element of the credentials. If <see cref="EstablishSecurityContext"/> is true, that element becomes the
    /// bootstrap of a secure conversation element.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is not offered; the message names it.</exception>
    public SecurityBindingElement CreateSecurityBindingElement()
    {
        if (NegotiateServiceCredential)
        {
            throw new InvalidOperationException(
                "NegotiateServiceCredential = true is not offered: "
                    + "set it to false on both sides and give the client the certificate of the service.");
        }

        var element = CredentialElement() with { MessageProtectionProfile = MessageProtectionProfile };
        return StandardBindings.Finish(element, AlgorithmSuite, MessageSecurityVersion, EstablishSecurityContext) with
        {
            MessageProtectionProfile = MessageProtectionProfile,
        };
    }

    private SecurityBindingElement CredentialElement() => ClientCredentialType switch
    {
        MessageCredentialType.None => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateMutualCertificateBindingElement(MessageSecurityVersion),
        _ => throw new InvalidOperationException(
            $"ClientCredentialType {ClientCredentialType} is not offered: set it to Certificate, UserName or None."),
    };
}
