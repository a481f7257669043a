using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>The credentials of a client, and how it recognizes its service. The caller disposes of the certificates and keys.</summary>
public sealed class ClientCredentials
{
    /// <summary>The certificate of the client. Bindings with mutual certificates need it.</summary>
    public X509Credential? ClientCertificate { get; init; }

    /// <summary>
    /// Further certificates of the client, by the names that <see cref="Binding.X509SecurityTokenParameters.CertificateName"/> has, for
    /// bindings with several certificates as supporting tokens. Default none.
    /// </summary>
    public IReadOnlyDictionary<string, X509Credential> NamedCertificates { get; init; } =
        new Dictionary<string, X509Credential>(StringComparer.Ordinal);

    /// <summary>
    /// The RSA key of the client, for <see cref="Binding.RsaSecurityTokenParameters"/>; null (default) for one that the client makes.
    /// </summary>
    public RSA? RsaKey { get; init; }

    /// <summary>
    /// The certificate that replies to the client are encrypted for, where it is not the one that signs; null (default) for one that does
    /// both. For bindings where each side signs with its own certificate. The service has to know which one belongs to which
    /// (<see cref="KnownClientCertificates.Pairs"/>); a reply that is encrypted for <see cref="ClientCertificate"/> is read as well.
    /// </summary>
    public X509Credential? ClientEncryptionCertificate { get; init; }

    /// <summary>The user name of the client. Bindings with user names need it.</summary>
    public UserNameCredential? UserName { get; init; }

    /// <summary>The Windows account of the client. Bindings with Windows accounts use it. Default: the account of the process.</summary>
    public WindowsClientCredential Windows { get; init; } = new();

    /// <summary>
    /// The certificate of the service. All bindings need it, because it is not negotiated, but those whose messages the transport protects:
    /// there that of the transport stands for the service, and this one is not used.
    /// </summary>
    public X509Certificate2? ServiceCertificate { get; init; }

    /// <summary>
    /// The certificate to encrypt for, where the service has one for that and another one, <see cref="ServiceCertificate"/>, to sign with;
    /// null (default) for one that does both. It is validated as the other one is, and has to have the expected name.
    /// </summary>
    public X509Certificate2? ServiceEncryptionCertificate { get; init; }

    /// <summary>
    /// Other certificates that the service may have, such as its next one, at most 15. Messages are encrypted for the first certificate,
    /// beginning with <see cref="ServiceCertificate"/>, that is valid and has the expected identity; each that is may sign replies. Default
    /// none.
    /// </summary>
    public IReadOnlyList<X509Certificate2> OtherServiceCertificates { get; init; } = [];

    /// <summary>How the certificate of the service is validated.</summary>
    public CertificateValidationOptions ServiceCertificateValidation { get; init; } = new();

    /// <summary>The identity that the certificate of the service must have; null (default) for the host name of the address.</summary>
    public EndpointIdentity? ServiceIdentity { get; init; }

    /// <summary>
    /// Where bindings with issued tokens get them. Null (default): SecureConversation.Http and the WCF adapter ask the security token
    /// service that the binding or <see cref="IssuedToken"/> names; the engine alone, which does no I/O, needs one.
    /// </summary>
    public IIssuedTokenProvider? IssuedTokenProvider { get; init; }

    /// <summary>How issued tokens are asked for and kept.</summary>
    public IssuedTokenClientCredential IssuedToken { get; init; } = new();
}
