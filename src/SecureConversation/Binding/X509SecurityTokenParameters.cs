using SecureConversation.Credentials;

namespace SecureConversation.Binding;

/// <summary>A certificate as a token (Web Services Security X.509 Certificate Token Profile 1.1).</summary>
public sealed record X509SecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>
    /// How a message refers to the certificate when it does not carry the certificate. Default: <see cref="X509ReferenceStyle.Any"/>.
    /// </summary>
    public X509ReferenceStyle X509ReferenceStyle { get; init; }

    /// <summary>
    /// Which certificate a client takes for a supporting token: the name of one in <see cref="ClientCredentials.NamedCertificates"/>; null
    /// (default) for <see cref="ClientCredentials.ClientCertificate"/>. It is no part of messages, and services do not look at it. WCF
    /// leaves the choice to a SecurityTokenManager, and allows one certificate only.
    /// </summary>
    public string? CertificateName { get; init; }
}
