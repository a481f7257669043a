using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>The credentials of a client, and how it knows its service. Nothing here is disposed of by the client.</summary>
public sealed class ClientCredentials
{
    /// <summary>The certificate of the client; needed by bindings with mutual certificates.</summary>
    public X509Credential? ClientCertificate { get; init; }

    /// <summary>The user name of the client; needed by bindings with user names.</summary>
    public UserNameCredential? UserName { get; init; }

    /// <summary>The certificate of the service. Needed: it is not negotiated.</summary>
    public X509Certificate2? ServiceCertificate { get; init; }

    /// <summary>How the certificate of the service is validated.</summary>
    public CertificateValidationOptions ServiceCertificateValidation { get; init; } = new();

    /// <summary>What the certificate of the service must say; null (default) demands the host name of the address.</summary>
    public EndpointIdentity? ServiceIdentity { get; init; }
}
