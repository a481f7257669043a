using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>The credentials of a client, and how it recognizes its service. The caller disposes of the certificates and keys.</summary>
public sealed class ClientCredentials
{
    /// <summary>The certificate of the client. Bindings with mutual certificates need it.</summary>
    public X509Credential? ClientCertificate { get; init; }

    /// <summary>The user name of the client. Bindings with user names need it.</summary>
    public UserNameCredential? UserName { get; init; }

    /// <summary>The certificate of the service. All bindings need it, because it is not negotiated.</summary>
    public X509Certificate2? ServiceCertificate { get; init; }

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
}
