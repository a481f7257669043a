namespace SecureConversation.Credentials;

/// <summary>How a certificate of the other side is validated.</summary>
public enum X509CertificateValidationMode
{
    /// <summary>No validation: any certificate is accepted.</summary>
    None,
    /// <summary>The certificate must be one of the trusted people, and within its period of validity.</summary>
    PeerTrust,
    /// <summary>The certificate must have a chain to a trusted root.</summary>
    ChainTrust,
    /// <summary>The certificate must fulfil <see cref="PeerTrust"/> or <see cref="ChainTrust"/>.</summary>
    PeerOrChainTrust,
    /// <summary><see cref="CertificateValidationOptions.CustomValidator"/> decides.</summary>
    Custom,
}
