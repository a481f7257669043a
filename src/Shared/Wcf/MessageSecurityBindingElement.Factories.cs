#if CORE_WCF
namespace SecureConversation.CoreWCF;
#else
namespace SecureConversation.ServiceModel;
#endif

// The static methods of WCF's SecurityBindingElement, under its names.
public sealed partial class MessageSecurityBindingElement
{
    /// <summary>Both sides have certificates; the default versions.</summary>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement());

    /// <inheritdoc cref="CreateMutualCertificateBindingElement(MessageSecurityVersion, bool)"/>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version) =>
        CreateMutualCertificateBindingElement(version, allowSerializedSigningTokenOnReply: false);

    /// <summary>
    /// Both sides have certificates. With WS-Security 1.1 a key for the service's certificate protects the message and the client's
    /// certificate endorses the signature; with WS-Security 1.0 each side signs with its own key and encrypts for the other.
    /// </summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <param name="allowSerializedSigningTokenOnReply">
    /// With WS-Security 1.0: whether replies may carry the service's certificate. Default false.
    /// </param>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(
        MessageSecurityVersion version, bool allowSerializedSigningTokenOnReply) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(
            Translation.ToEngine(version), allowSerializedSigningTokenOnReply));

    /// <summary>As the other overload, with the default versions.</summary>
    /// <inheritdoc cref="CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion)" path="/remarks"/>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement());

    /// <summary>
    /// Both sides have certificates, and replies are not bound to requests: each side signs with its own key and encrypts for the other.
    /// </summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <remarks>
    /// Services send their certificate: clients set <see cref="AllowSerializedSigningTokenOnReply"/> to let replies through.
    /// </remarks>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Translation.ToEngine(version)));

    /// <summary>The service has a certificate, the client is anonymous.</summary>
    public static MessageSecurityBindingElement CreateAnonymousForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateAnonymousForCertificateBindingElement());

    /// <summary>The service has a certificate, the client a user name and password, which travel signed and encrypted.</summary>
    public static MessageSecurityBindingElement CreateUserNameForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateUserNameForCertificateBindingElement());

    /// <summary>A session (WS-SecureConversation) that the client cancels when its channel closes.</summary>
    /// <param name="bootstrapSecurity">
    /// The security of the handshake. Kept, not copied, and nothing of it is taken over, as in WCF: the result has the default
    /// MessageSecurityVersion and DefaultAlgorithmSuite until they are set on it.
    /// </param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrapSecurity) =>
        CreateSecureConversationBindingElement(bootstrapSecurity, requireCancellation: true);

    /// <inheritdoc cref="CreateSecureConversationBindingElement(MessageSecurityBindingElement)"/>
    /// <param name="bootstrapSecurity">The security of the handshake.</param>
    /// <param name="requireCancellation">
    /// Whether the service keeps the session until the client cancels it; see
    /// <see cref="EngineBinding.SecureConversationSecurityTokenParameters.RequireCancellation"/>.
    /// </param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(
        MessageSecurityBindingElement bootstrapSecurity, bool requireCancellation) =>
        CreateSecureConversationBindingElement(bootstrapSecurity, requireCancellation, bootstrapProtectionRequirements: null);

    /// <inheritdoc cref="CreateSecureConversationBindingElement(MessageSecurityBindingElement, bool)"/>
    /// <param name="bootstrapSecurity">The security of the handshake.</param>
    /// <param name="requireCancellation">Whether the service keeps the session until the client cancels it.</param>
    /// <param name="bootstrapProtectionRequirements">What of the handshake is signed and encrypted; null for all.</param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrapSecurity,
        bool requireCancellation, EngineBinding.ChannelProtectionRequirements? bootstrapProtectionRequirements)
    {
        ArgumentNullException.ThrowIfNull(bootstrapSecurity);
        return new(EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(
            bootstrapSecurity._settings, requireCancellation, bootstrapProtectionRequirements))
        {
            BootstrapSecurityBindingElement = bootstrapSecurity,
        };
    }
}
