namespace SecureConversation.Credentials;

/// <summary>
/// The credentials of a service, and how it validates its clients. The caller disposes of the certificates and keys, when nothing uses
/// them any more: see <see cref="MessageSecurityService.UpdateCredentialsAsync"/>.
/// </summary>
public sealed class ServiceCredentials
{
    /// <summary>
    /// The certificate of the service. All bindings need it, but those whose messages the transport protects, which do not use it. It
    /// answers what names no certificate of the service.
    /// </summary>
    public X509Credential? ServiceCertificate { get; init; }

    /// <summary>
    /// The certificate that messages to the service are encrypted for, where it is not the one that signs; null (default) for one that does
    /// both. Messages that are encrypted for <see cref="ServiceCertificate"/> are refused then, since that key only signs. While clients
    /// change from one to two, leave the former one in <see cref="OtherServiceCertificates"/>.
    /// </summary>
    public X509Credential? ServiceEncryptionCertificate { get; init; }

    /// <summary>
    /// Other certificates that the service has as well, such as its next and its previous one, at most 15. Messages that are encrypted for
    /// one of them are taken, and replies to them are signed by that one; sessions in a store or in cookies that were opened under one of
    /// them go on. Default none.
    /// </summary>
    public IReadOnlyList<X509Credential> OtherServiceCertificates { get; init; } = [];

    /// <summary>
    /// The certificates of clients that the service knows beforehand: bindings under which the client names its certificate and does not
    /// send it need them, and clients with another certificate to encrypt for. Default none.
    /// </summary>
    public KnownClientCertificates KnownClientCertificates { get; init; } = new();

    /// <summary>How certificates of clients are validated.</summary>
    public CertificateValidationOptions ClientCertificateValidation { get; init; } = new();

    /// <summary>
    /// Validates user names and passwords. Bindings with user names need it, or <see cref="UserNameAuthenticator"/>; set one of them.
    /// </summary>
    public UserNamePasswordValidator? UserNamePasswordValidator { get; init; }

    /// <summary>Authenticates users in place of <see cref="UserNamePasswordValidator"/> and gives them roles and claims.</summary>
    public IUserNameAuthenticator? UserNameAuthenticator { get; init; }

    /// <summary>
    /// Knows passwords, where the binding has tokens that prove a password without telling it: digests and user names as keys. Who has
    /// proved it is then asked for from <see cref="UserNameAuthenticator"/> or <see cref="UserNamePasswordValidator"/> with that password,
    /// where one of them is set. Default null.
    /// </summary>
    public UserNamePasswordProvider? UserNamePasswordProvider { get; init; }

    /// <summary>Gives the holders of valid certificates roles and claims, or refuses them; null (default): the names in them.</summary>
    public ICertificateAuthenticator? CertificateAuthenticator { get; init; }

    /// <summary>How Windows accounts are validated. Bindings with Windows accounts use it.</summary>
    public WindowsServiceCredential WindowsAuthentication { get; init; } = new();

    /// <summary>Gives the owners of Windows accounts roles and claims, or refuses them; null (default): what the platform says.</summary>
    public IWindowsAuthenticator? WindowsAuthenticator { get; init; }

    /// <summary>How issued tokens are validated. Bindings with issued tokens need it; null (default) accepts none.</summary>
    public IssuedTokenAuthentication? IssuedTokenAuthentication { get; init; }

    /// <summary>Gives the holders of valid issued tokens roles and claims, or refuses them; null (default): the claims in them.</summary>
    public IIssuedTokenAuthenticator? IssuedTokenAuthenticator { get; init; }
}
