using System.Collections.Immutable;
using System.Security.Principal;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>A certificate of the service for some addresses.</summary>
public sealed record ConfiguredScopedCertificate
{
    /// <summary>The address for which the certificate is.</summary>
    public required Uri TargetUri { get; init; }

    /// <summary>The certificate.</summary>
    public required ConfiguredCertificate Certificate { get; init; }
}

/// <summary>A <c>&lt;clientCredentials&gt;</c>.</summary>
public sealed record ConfiguredClientCredentials
{
    /// <summary>Where it stands; for defaults, where they are used.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The certificate of the client; null where the file gives none.</summary>
    public ConfiguredCertificate? ClientCertificate { get; init; }

    /// <summary>The certificate of the service (<c>defaultCertificate</c>); null where the file gives none.</summary>
    public ConfiguredCertificate? DefaultCertificate { get; init; }

    /// <summary>Certificates of services by address.</summary>
    public ImmutableArray<ConfiguredScopedCertificate> ScopedCertificates { get; init; } = [];

    /// <summary>How the certificate of the service is validated; null for the defaults of WCF.</summary>
    public ConfiguredCertificateValidation? ServiceCertificateValidation { get; init; }

    /// <summary>How the certificate of TLS is validated (<c>sslCertificateAuthentication</c>); null where the file gives none.</summary>
    public ConfiguredCertificateValidation? SslCertificateValidation { get; init; }

    /// <summary>Whether NTLM will do for a Windows account (<c>windows</c>); null where the file says nothing.</summary>
    public bool? AllowNtlm { get; init; }

    /// <summary>What the service may do with a Windows account (<c>windows</c>); null where the file says nothing.</summary>
    public TokenImpersonationLevel? AllowedImpersonationLevel { get; init; }

    /// <summary>The credentials of the engine.</summary>
    /// <param name="address">The address of the service; null where unknown. A scoped certificate for it goes before the default.</param>
    /// <param name="userName">The user name; files never hold it.</param>
    /// <param name="identity">The identity of the service; null for the host of the address.</param>
    /// <exception cref="ServiceModelConfigurationException">A certificate is not found, or a setting is not offered.</exception>
    /// <remarks>
    /// As in WCF, messages are encrypted for the scoped certificate of the address, else the default one, else that of the identity.
    /// The caller disposes of the certificates.
    /// </remarks>
    public ClientCredentials ToClientCredentials(
        Uri? address = null, UserNameCredential? userName = null, ConfiguredIdentity? identity = null)
    {
        var scoped = ScopedCertificates.FirstOrDefault(entry => entry.TargetUri == address)?.Certificate;
        return new()
        {
            ClientCertificate = ClientCertificate is null ? null : CredentialLoader.WithKey(ClientCertificate),
            UserName = userName,
            ServiceCertificate = (scoped ?? DefaultCertificate)?.Load() ?? identity?.LoadCertificate(),
            ServiceCertificateValidation = ServiceCertificateValidation?.ToCertificateValidationOptions() ?? new(),
            Windows = new()
            {
                AllowNtlm = AllowNtlm ?? true,
                AllowedImpersonationLevel = AllowedImpersonationLevel ?? TokenImpersonationLevel.Identification,
            },
            ServiceIdentity = identity?.ToEndpointIdentity(),
        };
    }
}
