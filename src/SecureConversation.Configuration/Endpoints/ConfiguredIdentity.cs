using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>The <c>&lt;identity&gt;</c> of an endpoint: what a client requires of its service, or a service says of itself.</summary>
public sealed record ConfiguredIdentity
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary><c>&lt;dns value=""/&gt;</c>.</summary>
    public string? Dns { get; init; }

    /// <summary><c>&lt;certificate encodedValue=""/&gt;</c>: the certificate in base64.</summary>
    public string? EncodedCertificate { get; init; }

    /// <summary><c>&lt;certificateReference .../&gt;</c>.</summary>
    public ConfiguredCertificate? CertificateReference { get; init; }

    /// <summary><c>&lt;userPrincipalName value=""/&gt;</c>; for Windows credentials.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary><c>&lt;servicePrincipalName value=""/&gt;</c>; for Windows credentials.</summary>
    public string? ServicePrincipalName { get; init; }

    /// <summary><c>&lt;rsa value=""/&gt;</c>.</summary>
    public string? Rsa { get; init; }

    /// <summary>The identity of the engine.</summary>
    /// <exception cref="ServiceModelConfigurationException">The kind is not offered, or a certificate is not found.</exception>
    public EndpointIdentity ToEndpointIdentity()
    {
        if (Dns is not null)
        {
            return EndpointIdentity.CreateDnsIdentity(Dns);
        }

        if (ServicePrincipalName is not null)
        {
            return EndpointIdentity.CreateSpnIdentity(ServicePrincipalName);
        }

        if (UserPrincipalName is not null)
        {
            return EndpointIdentity.CreateUpnIdentity(UserPrincipalName);
        }

        using var certificate = LoadCertificate();
        return certificate is not null
            ? EndpointIdentity.CreateX509CertificateIdentity(certificate)
            : throw ProblemFactory.Exception(
                Location,
                "identity",
                "An identity by an RSA key belongs to cards, which are not offered.",
                "Write <dns value=\"name in the certificate of the service\"/> or <certificate encodedValue=\"...\"/>.");
    }

    /// <summary>The certificate of the identity; null where it names none. The caller disposes of it.</summary>
    /// <exception cref="ServiceModelConfigurationException">The certificate is not found or cannot be read.</exception>
    public X509Certificate2? LoadCertificate()
    {
        if (CertificateReference is not null)
        {
            return CertificateReference.Load();
        }

        if (EncodedCertificate is null)
        {
            return null;
        }

        try
        {
            return X509CertificateLoader.LoadCertificate(Convert.FromBase64String(EncodedCertificate));
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw ProblemFactory.Exception(
                Location,
                "identity/certificate",
                $"The encodedValue is not a certificate in base64: {e.Message}",
                "Copy the value from the description of the service, or export the certificate as base64.");
        }
    }
}
