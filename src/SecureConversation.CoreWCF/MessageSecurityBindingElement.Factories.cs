using CoreWCF;
using SecureConversation.CoreWCF.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF;

// The factories of WCF's SecurityBindingElement, under its names.
public sealed partial class MessageSecurityBindingElement
{
    /// <summary>Both sides have certificates; the default versions.</summary>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement());

    /// <summary>Both sides have certificates.</summary>
    /// <param name="version">The versions of the protocols.</param>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(Translation.ToEngine(version)));

    /// <summary>
    /// Both sides have certificates. With WS-Security 1.1 a key for the service's certificate protects the message and the client's
    /// certificate endorses the signature; with WS-Security 1.0 each side signs with its own key and encrypts for the other.
    /// </summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <param name="allowSerializedSigningTokenOnReply">With WS-Security 1.0: whether replies may carry the service's certificate.</param>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version, bool allowSerializedSigningTokenOnReply) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(Translation.ToEngine(version), allowSerializedSigningTokenOnReply));

    /// <summary>Both sides have certificates, and replies are not bound to requests; the default versions.</summary>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement());

    /// <summary>Both sides have certificates, and replies are not bound to requests: each side signs with its own key and encrypts for the other.</summary>
    /// <param name="version">The versions of the protocols.</param>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Translation.ToEngine(version)));

    /// <summary>The service has a certificate, the client is anonymous.</summary>
    public static MessageSecurityBindingElement CreateAnonymousForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateAnonymousForCertificateBindingElement());

    /// <summary>The service has a certificate, the client a user name and password, which travel signed and encrypted.</summary>
    public static MessageSecurityBindingElement CreateUserNameForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateUserNameForCertificateBindingElement());

    /// <summary>A session (WS-SecureConversation) that the client cancels when done.</summary>
    /// <param name="bootstrapSecurity">The security of the handshake.</param>
    /// <remarks>
    /// As in WCF, nothing is copied from the bootstrap: set MessageSecurityVersion, KeyEntropyMode and, most likely, DefaultAlgorithmSuite
    /// on both elements.
    /// </remarks>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrapSecurity) =>
        CreateSecureConversationBindingElement(bootstrapSecurity, requireCancellation: true);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrapSecurity">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="EngineBinding.SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(MessageSecurityBindingElement)" path="/remarks"/>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrapSecurity, bool requireCancellation) =>
        CreateSecureConversationBindingElement(bootstrapSecurity, requireCancellation, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrapSecurity">The security of the handshake.</param>
    /// <param name="requireCancellation">See <see cref="EngineBinding.SecureConversationSecurityTokenParameters.RequireCancellation"/>.</param>
    /// <param name="bootstrapProtectionRequirements">What of the handshake is signed and encrypted; null for all.</param>
    /// <inheritdoc cref="CreateSecureConversationBindingElement(MessageSecurityBindingElement)" path="/remarks"/>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrapSecurity, bool requireCancellation,
        EngineBinding.ChannelProtectionRequirements? bootstrapProtectionRequirements)
    {
        ArgumentNullException.ThrowIfNull(bootstrapSecurity);
        return new(EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(
            bootstrapSecurity._settings, requireCancellation, bootstrapProtectionRequirements), bootstrapSecurity);
    }
}
