namespace SecureConversation.Binding;

/// <summary>
/// The message security settings of WSHttpBinding and WS2007HttpBinding. Creates the same binding element as those bindings do.
/// One default differs from WCF: clients have certificates and not Windows accounts.
/// </summary>
public sealed record MessageSecurity
{
    /// <summary>
    /// The credential of the client. Default: a certificate. WCF's default, a Windows account, takes a domain or a realm that not every
    /// platform has; where a service has it, say so. Tokens of an issuer: <see cref="FederatedMessageSecurity"/>.
    /// </summary>
    public MessageCredentialType ClientCredentialType { get; init; } = MessageCredentialType.Certificate;

    /// <summary>
    /// Whether the service shows its certificate in a negotiation (TLSNEGO). Default true: the client needs no certificate beforehand, and
    /// checks name and chain of the one that it is shown. False: set <see cref="Credentials.ClientCredentials.ServiceCertificate"/>, which
    /// saves two messages for each client. Windows accounts are always negotiated (SPNEGO), without a certificate: leave it at true.
    /// </summary>
    public bool NegotiateServiceCredential { get; init; } = true;

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

    /// <summary>
    /// The settings where both ends are of this library and nothing has to be as in WCF: <see cref="MessageProtectionProfile.Strong"/>,
    /// <see cref="SecurityAlgorithmSuite.Strong256"/>, the OASIS versions of the protocols, and no negotiation, so the client has the
    /// certificate of the service. Say the credential of the client with <c>with</c>. Both ends need it: neither takes anything else.
    /// </summary>
    public static MessageSecurity Strong { get; } = new()
    {
        NegotiateServiceCredential = false,
        AlgorithmSuite = SecurityAlgorithmSuite.Strong256,
        MessageSecurityVersion =
            MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        MessageProtectionProfile = MessageProtectionProfile.Strong,
    };

    /// <summary>How much of a message its signature covers, here and in the handshake. Default: as WCF does it.</summary>
    public MessageProtectionProfile MessageProtectionProfile { get; init; }

    /// <summary>
    /// Creates the binding element of the credentials. If <see cref="EstablishSecurityContext"/> is true, that element becomes the
    /// bootstrap of a secure conversation element.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is not offered; the message names it.</exception>
    public SecurityBindingElement CreateSecurityBindingElement()
    {
        var element = NegotiateServiceCredential ? NegotiatedElement() : CredentialElement();
        element = element with { MessageProtectionProfile = MessageProtectionProfile };
        return StandardBindings.Finish(element, AlgorithmSuite, MessageSecurityVersion, EstablishSecurityContext) with
        {
            MessageProtectionProfile = MessageProtectionProfile,
        };
    }

    private SymmetricSecurityBindingElement NegotiatedElement() => ClientCredentialType switch
    {
        MessageCredentialType.None => SecurityBindingElement.CreateSslNegotiationBindingElement(
            requireClientCertificate: false, requireCancellation: true),
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameForSslBindingElement(requireCancellation: true),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateSslNegotiationBindingElement(
            requireClientCertificate: true, requireCancellation: true),
        MessageCredentialType.Windows => SecurityBindingElement.CreateSspiNegotiationBindingElement(requireCancellation: true),
        _ => throw Unoffered(),
    };

    private InvalidOperationException Unoffered() =>
        new($"ClientCredentialType {ClientCredentialType} is not offered: set it to Windows, Certificate, UserName or None.");

    private SecurityBindingElement CredentialElement() => ClientCredentialType switch
    {
        MessageCredentialType.None => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        MessageCredentialType.UserName => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        MessageCredentialType.Certificate => SecurityBindingElement.CreateMutualCertificateBindingElement(MessageSecurityVersion),
        MessageCredentialType.Windows => SecurityBindingElement.CreateKerberosBindingElement(),
        _ => throw Unoffered(),
    };
}
