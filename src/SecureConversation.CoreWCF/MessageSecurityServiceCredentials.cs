using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.CoreWCF;

/// <summary>
/// The credentials of a service that has one certificate to sign with and another to be encrypted for, that knows certificates of clients
/// or passwords of users, or that judges issued tokens by more than WCF's settings. In WCF an application derives such a class itself. Put
/// it in the place of the ServiceCredentials of the host.
/// </summary>
public sealed class MessageSecurityServiceCredentials : ServiceCredentials
{
    /// <summary>Creates credentials without certificates.</summary>
    public MessageSecurityServiceCredentials()
    {
    }

    private MessageSecurityServiceCredentials(MessageSecurityServiceCredentials other)
        : base(other)
    {
        ServiceEncryptionCertificate = other.ServiceEncryptionCertificate;
        KnownClientCertificates = other.KnownClientCertificates;
        UserNamePasswordProvider = other.UserNamePasswordProvider;
        IssuedTokenValidation = other.IssuedTokenValidation;
        IssuedTokenAuthenticator = other.IssuedTokenAuthenticator;
    }

    /// <summary>
    /// The certificate, with its private key, that messages to the service are encrypted for; null (default) for that of
    /// ServiceCertificate, which signs replies in any case.
    /// </summary>
    public X509Certificate2? ServiceEncryptionCertificate { get; set; }

    /// <summary>
    /// The certificates of clients that the service knows; null (default) for that of ClientCertificate and, where people are trusted,
    /// those of the store of trusted people.
    /// </summary>
    public EngineCredentials.KnownClientCertificates? KnownClientCertificates { get; set; }

    /// <inheritdoc cref="EngineCredentials.ServiceCredentials.UserNamePasswordProvider"/>
    public EngineCredentials.UserNamePasswordProvider? UserNamePasswordProvider { get; set; }

    /// <summary>
    /// How issued tokens are validated; null (default): as IssuedTokenAuthentication says, whose KnownCertificates are the issuers.
    /// </summary>
    public EngineCredentials.IssuedTokenAuthentication? IssuedTokenValidation { get; set; }

    /// <inheritdoc cref="EngineCredentials.ServiceCredentials.IssuedTokenAuthenticator"/>
    public EngineCredentials.IIssuedTokenAuthenticator? IssuedTokenAuthenticator { get; set; }

    /// <inheritdoc/>
    protected override ServiceCredentials CloneCore() => new MessageSecurityServiceCredentials(this);
}
