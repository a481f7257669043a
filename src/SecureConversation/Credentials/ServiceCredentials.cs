namespace SecureConversation.Credentials;

/// <summary>The credentials of a service, and how it knows its clients. Nothing here is disposed of by the service.</summary>
public sealed class ServiceCredentials
{
    /// <summary>The certificate of the service. Needed by all bindings.</summary>
    public X509Credential? ServiceCertificate { get; init; }

    /// <summary>How certificates of clients are validated.</summary>
    public CertificateValidationOptions ClientCertificateValidation { get; init; } = new();

    /// <summary>Decides about user names; needed by bindings with user names.</summary>
    public UserNamePasswordValidator? UserNamePasswordValidator { get; init; }
}
