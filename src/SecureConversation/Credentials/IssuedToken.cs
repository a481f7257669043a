using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;

namespace SecureConversation.Credentials;

/// <summary>A token whose signature, times and audience were validated, and whose holder proved to have its key.</summary>
public sealed class IssuedToken
{
    /// <summary>AssertionID or ID.</summary>
    public required string Id { get; init; }

    /// <summary>The URI of the type: the namespace of SAML 1.1 or SAML 2.0 assertions.</summary>
    public required string TokenType { get; init; }

    /// <summary>The name that the issuer gives himself. Each accepted issuer can write what it likes.</summary>
    public required string Issuer { get; init; }

    /// <summary>
    /// The certificate whose key signed the token; null for an RSA key without certificate. Valid during the call: copy what outlives it.
    /// </summary>
    public X509Certificate2? IssuerCertificate { get; init; }

    /// <summary>The key that signed the token, where <see cref="IssuerCertificate"/> is null.</summary>
    public RSAParameters? IssuerKey { get; init; }

    /// <summary>The kind of key that the client proved to have.</summary>
    public required SecurityKeyType KeyType { get; init; }

    /// <summary>From when on it is valid, UTC; null for always.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until when it is valid, UTC; null for ever.</summary>
    public DateTimeOffset? ValidTo { get; init; }
}
