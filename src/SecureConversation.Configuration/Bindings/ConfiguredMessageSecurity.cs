using SecureConversation.Binding;

namespace SecureConversation.Configuration;

/// <summary>The <c>&lt;message&gt;</c> of the security of a standard binding, as written or by default.</summary>
public sealed record ConfiguredMessageSecurity
{
    /// <summary>The credential of the client.</summary>
    public MessageCredentialType ClientCredentialType { get; init; } = MessageCredentialType.Windows;

    /// <summary>Whether the certificate of the service is negotiated. Default true, as in WCF.</summary>
    public bool NegotiateServiceCredential { get; init; } = true;

    /// <summary>Whether there is a session. Default true.</summary>
    public bool EstablishSecurityContext { get; init; } = true;

    /// <summary>The algorithm suite. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    public SecurityAlgorithmSuite AlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default;

    /// <summary>Federation: the issued token; null elsewhere.</summary>
    public IssuedSecurityTokenParameters? IssuedToken { get; init; }

    /// <summary>Federation: the binding of the issuer; null where the file names none.</summary>
    public ConfiguredBinding? IssuerBinding { get; init; }
}
