using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Saml;

namespace SecureConversation.Testing;

/// <summary>An assertion to write.</summary>
internal sealed record AssertionDescription
{
    public SamlVersion Version { get; init; } = SamlVersion.V20;

    /// <summary>Its Id; a new one by default.</summary>
    public string Id { get; init; } = "_" + Guid.NewGuid().ToString("D");

    public required string Issuer { get; init; }
    public required DateTimeOffset IssueInstant { get; init; }
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? NotOnOrAfter { get; init; }

    /// <summary>The audiences of one restriction; none for no restriction.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Whether it may be used once; SAML 2.0 only.</summary>
    public bool IsForOneUse { get; init; }

    /// <summary>The subject; null for a subject without a name.</summary>
    public SamlName? Subject { get; init; }

    public ConfirmationDescription Confirmation { get; init; } = new();

    /// <summary>Types of claims with their values.</summary>
    public IReadOnlyList<(string ClaimType, string Value)> Claims { get; init; } = [];

    /// <summary>How the subject proved who it is; null to say nothing.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>When it did; that of the assertion by default.</summary>
    public DateTimeOffset? AuthenticationInstant { get; init; }
}

/// <summary>A confirmation to write: at most one of the keys is set, a bearer's has none.</summary>
internal sealed record ConfirmationDescription
{
    /// <summary>The method; null for holder-of-key where there is a key, else bearer.</summary>
    public string? Method { get; init; }

    /// <summary>A key that the holder shares with the service.</summary>
    public SymmetricKey? SymmetricKey { get; init; }

    /// <summary>The certificate of the service for which the key is wrapped.</summary>
    public X509Certificate2? WrapFor { get; init; }

    /// <summary>How that certificate is named.</summary>
    public X509ReferenceStyle WrapReference { get; init; } = X509ReferenceStyle.Thumbprint;

    /// <summary>The public key of the holder.</summary>
    public RSA? PublicKey { get; init; }

    /// <summary>The certificate of the holder.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>See SAML 2.0 core section 2.4.1.2; nothing in SAML 1.1.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public DateTimeOffset? NotOnOrAfter { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public string? Recipient { get; init; }

    /// <inheritdoc cref="NotBefore"/>
    public string? InResponseTo { get; init; }
}
