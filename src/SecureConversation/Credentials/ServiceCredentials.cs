namespace SecureConversation.Credentials;

/// <summary>
/// The credentials of a service, and how it validates its clients. The caller disposes of the certificates and keys, when nothing uses
/// them any more: see <see cref="MessageSecurityService.UpdateCredentialsAsync"/>.
/// </summary>
public sealed class ServiceCredentials
{
    /// <summary>
    /// The certificate of the service. All bindings need it. It answers what names no certificate of the service.
    /// </summary>
    public X509Credential? ServiceCertificate { get; init; }

    /// <summary>
    /// Other certificates that the service has as well, such as its next and its previous one, at most 15. Messages that are encrypted for
    /// one of them are taken, and replies to them are signed by that one; sessions in a store or in cookies that were opened under one of
    /// them go on. Default none.
    /// </summary>
    public IReadOnlyList<X509Credential> OtherServiceCertificates { get; init; } = [];

    /// <summary>How certificates of clients are validated.</summary>
    public CertificateValidationOptions ClientCertificateValidation { get; init; } = new();

    /// <summary>
    /// Validates user names and passwords. Bindings with user names need it, or <see cref="UserNameAuthenticator"/>; set one of them.
    /// </summary>
    public UserNamePasswordValidator? UserNamePasswordValidator { get; init; }

    /// <summary>Authenticates users in place of <see cref="UserNamePasswordValidator"/> and gives them roles and claims.</summary>
    public IUserNameAuthenticator? UserNameAuthenticator { get; init; }

    /// <summary>Gives the holders of valid certificates roles and claims, or refuses them; null (default): the names in them.</summary>
    public ICertificateAuthenticator? CertificateAuthenticator { get; init; }
}
