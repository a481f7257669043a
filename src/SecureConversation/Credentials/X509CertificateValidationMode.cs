namespace SecureConversation.Credentials;

/// <summary>How a certificate of the other side is validated.</summary>
public enum X509CertificateValidationMode
{
    /// <summary>Not at all. Whoever holds any certificate is accepted.</summary>
    None,
    /// <summary>It must be one of the trusted people, and within its period of validity.</summary>
    PeerTrust,
    /// <summary>It must have a chain to a trusted root.</summary>
    ChainTrust,
    /// <summary>One of the two.</summary>
    PeerOrChainTrust,
    /// <summary>A delegate decides.</summary>
    Custom,
}
