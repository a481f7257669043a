namespace SecureConversation.Binding;

// The factories have the names of WCF and make the same settings.
public abstract partial record SecurityBindingElement
{
    /// <summary>Client and service have certificates. Uses <see cref="MessageSecurityVersion.Default"/>.</summary>
    public static SecurityBindingElement CreateMutualCertificateBindingElement() =>
        CreateMutualCertificateBindingElement(MessageSecurityVersion.Default);

    /// <summary>Client and service have certificates.</summary>
    public static SecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version) =>
        CreateMutualCertificateBindingElement(version, allowSerializedSigningTokenOnReply: false);

    /// <summary>
    /// Client and service have certificates. With WS-Security 1.1, a symmetric key that is encrypted for the service protects the message
    /// and the client's certificate endorses the signature. With WS-Security 1.0, each side signs with its own key and encrypts for the
    /// other.
    /// </summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <param name="allowSerializedSigningTokenOnReply">
    /// Whether replies may carry the service's certificate with WS-Security 1.0. Has no effect with WS-Security 1.1.
    /// </param>
    public static SecurityBindingElement CreateMutualCertificateBindingElement(
        MessageSecurityVersion version,
        bool allowSerializedSigningTokenOnReply)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.SecurityVersion == SecurityVersion.WSSecurity10)
        {
            var certificate = ClientCertificate(X509ReferenceStyle.Any);
            return new AsymmetricSecurityBindingElement
            {
                MessageSecurityVersion = version,
                InitiatorTokenParameters = certificate,
                RecipientTokenParameters = certificate with { InclusionMode = SecurityTokenInclusionMode.Never },
                AllowSerializedSigningTokenOnReply = allowSerializedSigningTokenOnReply,
            };
        }

        return ForCertificate(version) with
        {
            RequireSignatureConfirmation = true,
            EndpointSupportingTokenParameters = new() { Endorsing = [ClientCertificate(X509ReferenceStyle.Thumbprint)] },
        };
    }

    /// <summary>
    /// Client and service have certificates, and replies are not bound to requests. Uses <see cref="MessageSecurityVersion.Default"/>.
    /// </summary>
    public static AsymmetricSecurityBindingElement CreateMutualCertificateDuplexBindingElement() =>
        CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion.Default);

    /// <summary>
    /// Client and service have certificates, and replies are not bound to requests: each side signs with its own key and encrypts for the
    /// other.
    /// </summary>
    /// <remarks>
    /// The service sends its certificate. As in WCF, a client refuses such a reply to a request unless
    /// <see cref="AsymmetricSecurityBindingElement.AllowSerializedSigningTokenOnReply"/> is set, which this factory does not do.
    /// </remarks>
    public static AsymmetricSecurityBindingElement CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var style = version.SecurityVersion == SecurityVersion.WSSecurity10 ? X509ReferenceStyle.Any : X509ReferenceStyle.Thumbprint;
        return new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = version,
            InitiatorTokenParameters = ClientCertificate(style),
            RecipientTokenParameters = ClientCertificate(style) with { InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator },
        };
    }

    /// <summary>The service has a certificate and the client is anonymous.</summary>
    public static SymmetricSecurityBindingElement CreateAnonymousForCertificateBindingElement() =>
        ForCertificate(MessageSecurityVersion.Default) with { RequireSignatureConfirmation = true };

    /// <summary>The service has a certificate. The client has a user name and password, which are sent signed and encrypted.</summary>
    public static SymmetricSecurityBindingElement CreateUserNameForCertificateBindingElement() =>
        ForCertificate(MessageSecurityVersion.Default) with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        };

    /// <summary>A session (WS-SecureConversation) that the client cancels when done.</summary>
    /// <param name="bootstrap">The security settings of the handshake.</param>
    /// <remarks>
    /// As in WCF, no setting is copied from the bootstrap, and the two may differ: the result has the default
    /// <see cref="MessageSecurityVersion"/> and <see cref="DefaultAlgorithmSuite"/> until set on it. The body and the actions of the
    /// handshake, the key and all messages of the session follow the result, the header of the handshake follows the bootstrap.
    /// </remarks>
    public static SecurityBindingElement CreateSecureConversationBindingElement(SecurityBindingElement bootstrap) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation: true, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(SecurityBindingElement)" path="/remarks"/>
    public static SecurityBindingElement CreateSecureConversationBindingElement(
        SecurityBindingElement bootstrap,
        bool requireCancellation) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <param name="bootstrapProtectionRequirements">
    /// Protection levels of the handshake; see <see cref="SecureConversationSecurityTokenParameters.BootstrapProtectionRequirements"/>.
    /// </param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(SecurityBindingElement)" path="/remarks"/>
    public static SecurityBindingElement CreateSecureConversationBindingElement(
        SecurityBindingElement bootstrap,
        bool requireCancellation,
        ChannelProtectionRequirements? bootstrapProtectionRequirements)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        var session = new SecureConversationSecurityTokenParameters
        {
            BootstrapSecurityBindingElement = bootstrap,
            RequireCancellation = requireCancellation,
            BootstrapProtectionRequirements = bootstrapProtectionRequirements,
        };
        return bootstrap is TransportSecurityBindingElement
            ? OverTransport() with
            {
                EndpointSupportingTokenParameters = new() { Endorsing = [session with { RequireDerivedKeys = false }] },
            }
            : new SymmetricSecurityBindingElement { ProtectionTokenParameters = session };
    }

    private static SymmetricSecurityBindingElement ForCertificate(MessageSecurityVersion version) =>
        new()
        {
            MessageSecurityVersion = version,
            ProtectionTokenParameters = new X509SecurityTokenParameters
            {
                X509ReferenceStyle = X509ReferenceStyle.Thumbprint,
                InclusionMode = SecurityTokenInclusionMode.Never,
            },
        };

    private static X509SecurityTokenParameters ClientCertificate(X509ReferenceStyle style) =>
        new()
        {
            X509ReferenceStyle = style,
            InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient,
            RequireDerivedKeys = false,
        };
}
