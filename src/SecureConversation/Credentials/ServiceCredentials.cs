namespace SecureConversation.Credentials;

/// <summary>The credentials of a service, and how it validates its clients. The caller disposes of the certificates and keys.</summary>
public sealed class ServiceCredentials
{
    /// <summary>The certificate of the service. All bindings need it.</summary>
    public X509Credential? ServiceCertificate { get; init; }

    /// <summary>How certificates of clients are validated.</summary>
    public CertificateValidationOptions ClientCertificateValidation { get; init; } = new();

    /// <summary>Validates user names and passwords. Bindings with user names need it.</summary>
    public UserNamePasswordValidator? UserNamePasswordValidator { get; init; }
}
