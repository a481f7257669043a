using System.ServiceModel;
using SecureConversation.ServiceModel.Internal;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel;

// The factories of WCF's SecurityBindingElement, under its names.
public sealed partial class MessageSecurityBindingElement
{
    /// <summary>Both sides have certificates; the default versions.</summary>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement());

    /// <summary>Both sides have certificates.</summary>
    /// <param name="version">The versions of the protocols; WS-Security 1.0 has each side sign with its own key.</param>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(Translate.ToEngine(version)));

    /// <summary>Both sides have certificates.</summary>
    /// <param name="version">The versions of the protocols; WS-Security 1.0 has each side sign with its own key.</param>
    /// <param name="allowSerializedSigningTokenOnReply">With WS-Security 1.0: whether replies may carry the certificate of the service.</param>
    public static MessageSecurityBindingElement CreateMutualCertificateBindingElement(MessageSecurityVersion version, bool allowSerializedSigningTokenOnReply) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(Translate.ToEngine(version), allowSerializedSigningTokenOnReply));

    /// <summary>Both sides have certificates, sign with their own keys and encrypt for the other; the default versions.</summary>
    /// <remarks>The service sends its certificate: set <see cref="AllowSerializedSigningTokenOnReply"/> to let replies through.</remarks>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement());

    /// <summary>Both sides have certificates, sign with their own keys and encrypt for the other.</summary>
    /// <param name="version">The versions of the protocols.</param>
    /// <remarks>The service sends its certificate: set <see cref="AllowSerializedSigningTokenOnReply"/> to let replies through.</remarks>
    public static MessageSecurityBindingElement CreateMutualCertificateDuplexBindingElement(MessageSecurityVersion version) =>
        new(EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(Translate.ToEngine(version)));

    /// <summary>The service has a certificate, the client is anonymous.</summary>
    public static MessageSecurityBindingElement CreateAnonymousForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateAnonymousForCertificateBindingElement());

    /// <summary>The service has a certificate, the client a user name and password.</summary>
    public static MessageSecurityBindingElement CreateUserNameForCertificateBindingElement() =>
        new(EngineBinding.SecurityBindingElement.CreateUserNameForCertificateBindingElement());

    /// <summary>A session (WS-SecureConversation), cancelled when the channel closes.</summary>
    /// <param name="bootstrap">The security of the handshake. Kept, not copied: nothing of it is taken over into the new element.</param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrap) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation: true);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake. Kept, not copied: nothing of it is taken over into the new element.</param>
    /// <param name="requireCancellation">Whether the service keeps the session until it is cancelled; false puts it into the token.</param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrap, bool requireCancellation) =>
        CreateSecureConversationBindingElement(bootstrap, requireCancellation, bootstrapProtectionRequirements: null);

    /// <summary>A session (WS-SecureConversation).</summary>
    /// <param name="bootstrap">The security of the handshake. Kept, not copied: nothing of it is taken over into the new element.</param>
    /// <param name="requireCancellation">Whether the service keeps the session until it is cancelled; false puts it into the token.</param>
    /// <param name="bootstrapProtectionRequirements">What of the handshake is signed and encrypted; null for all.</param>
    public static MessageSecurityBindingElement CreateSecureConversationBindingElement(MessageSecurityBindingElement bootstrap, bool requireCancellation,
        EngineBinding.ChannelProtectionRequirements? bootstrapProtectionRequirements)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        return new(EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap.Settings, requireCancellation, bootstrapProtectionRequirements))
        {
            BootstrapSecurityBindingElement = bootstrap,
        };
    }
}
