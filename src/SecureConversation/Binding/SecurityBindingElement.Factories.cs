namespace SecureConversation.Binding;

// The factories of WCF, under its names and with its settings.
public abstract partial record SecurityBindingElement
{
    /// <summary>Both sides have certificates; the default versions.</summary>
    public static SecurityBindingElement CreateMutualCertificateBindingElement() =>
        CreateMutualCertificateBindingElement(MessageSecurityVersion.Default);

    /// <summary>Both sides have certificates.</summary>
    public static SecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version) =>
        CreateMutualCertificateBindingElement(version, allowSerializedSigningTokenOnReply: false);

    /// <summary>
    /// Both sides have certificates. With WS-Security 1.1 a key for the service's certificate protects the message and the client's
    /// certificate endorses the signature; with WS-Security 1.0 each side signs with its own key and encrypts for the other.
    /// </summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <param name="allowSerializedSigningTokenOnReply">
    /// With WS-Security 1.0: whether replies may carry the service's certificate. No effect with WS-Security 1.1.
    /// </param>
    public static SecurityBindingElement CreateMutualCertificateBindingElement(
        MessageSecurityVersion version,
        bool allowSerializedSigningTokenOnReply)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.SecurityVersion == SecurityVersion.WSSecurity10)
        {
            return new AsymmetricSecurityBindingElement
            {
                MessageSecurityVersion = version,
                InitiatorTokenParameters = ClientCertificate(X509ReferenceStyle.Any),
                RecipientTokenParameters = ClientCertificate(X509ReferenceStyle.Any) with { InclusionMode = SecurityTokenInclusionMode.Never },
                AllowSerializedSigningTokenOnReply = allowSerializedSigningTokenOnReply,
            };
        }

        return ForCertificate(version) with
        {
            RequireSignatureConfirmation = true,
            EndpointSupportingTokenParameters = new() { Endorsing = [ClientCertificate(X509ReferenceStyle.Thumbprint)] },
        };
    }

    /// <summary>Both sides have certificates, and replies are not bound to requests; the default versions.</summary>
    public static AsymmetricSecurityBindingElement CreateMutualCertificateDuplexBindingElement() =>
        CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion.Default);

    /// <summary>Both sides have certificates, and replies are not bound to requests: each side signs with its own key and encrypts for the other.</summary>
    /// <remarks>
    /// The service sends its certificate. As in WCF, a client refuses that over request and reply unless
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

    /// <summary>The service has a certificate, the client is anonymous.</summary>
    public static SymmetricSecurityBindingElement CreateAnonymousForCertificateBindingElement() =>
        ForCertificate(MessageSecurityVersion.Default) with { RequireSignatureConfirmation = true };

    /// <summary>The service has a certificate, the client a user name and password, which travel signed and encrypted.</summary>
    public static SymmetricSecurityBindingElement CreateUserNameForCertificateBindingElement() =>
        ForCertificate(MessageSecurityVersion.Default) with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        };

    /// <summary>A session (WS-SecureConversation) that the client cancels when done.</summary>
    /// <param name="bootstrap">The security of the handshake.</param>
    /// <remarks>
    /// As in WCF, nothing is copied from the bootstrap. Set <see cref="MessageSecurityVersion"/>, <see cref="KeyEntropyMode"/> and, most
    /// likely, <see cref="DefaultAlgorithmSuite"/> on both elements; <see cref="MessageSecurityBinding.Create(SecurityBindingElement, MessageVersion, ChannelProtectionRequirements)"/> refuses different versions.
    /// </remarks>
    public static SymmetricSecurityBindingElement CreateSecureConversationBindingElement(SecurityBindingElement bootstrap) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation: true, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(SecurityBindingElement)" path="/remarks"/>
    public static SymmetricSecurityBindingElement CreateSecureConversationBindingElement(
        SecurityBindingElement bootstrap,
        bool requireCancellation) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <param name="bootstrapProtectionRequirements">Levels of protection for the handshake; only null, which signs and encrypts, is offered.</param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(SecurityBindingElement)" path="/remarks"/>
    public static SymmetricSecurityBindingElement CreateSecureConversationBindingElement(
        SecurityBindingElement bootstrap,
        bool requireCancellation,
        ChannelProtectionRequirements? bootstrapProtectionRequirements)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        return new SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters = new SecureConversationSecurityTokenParameters
            {
                BootstrapSecurityBindingElement = bootstrap,
                RequireCancellation = requireCancellation,
                BootstrapProtectionRequirements = bootstrapProtectionRequirements,
            },
        };
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
