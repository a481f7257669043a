using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Configuration;

/// <summary>
/// Where a certificate is found: in a store, as in WCF, or in a file. The attributes for files (<c>fileName</c>, <c>keyFileName</c>,
/// <c>password</c>) are ours: containers with Linux have no stores of the machine.
/// </summary>
public sealed record ConfiguredCertificate
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The location of the store. Default: of the machine.</summary>
    public StoreLocation StoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>
    /// The name of the store, one of <see cref="System.Security.Cryptography.X509Certificates.StoreName"/>. Default <c>My</c>.
    /// </summary>
    public string StoreName { get; init; } = "My";

    /// <summary>By what the certificate is found. Default: its distinguished name.</summary>
    public X509FindType X509FindType { get; init; } = X509FindType.FindBySubjectDistinguishedName;

    /// <summary>What is to be found.</summary>
    public string FindValue { get; init; } = "";

    /// <summary>The full path of a file with the certificate (PKCS#12, PEM or DER); null (default) for the store.</summary>
    public string? FileName { get; init; }

    /// <summary>The full path of a PEM file with the private key of a PEM certificate; null (default) where there is none.</summary>
    public string? KeyFileName { get; init; }

    /// <summary>The password of the file; null (default) where it has none.</summary>
    public string? Password { get; init; }

    /// <summary>Loads the certificate, with its private key where there is one. The caller disposes of it.</summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// The store or file cannot be read, or not exactly one certificate matches; as in WCF, one that has expired matches too.
    /// </exception>
    public X509Certificate2 Load()
    {
        try
        {
            return FileName is null ? CertificateFinder.FromStore(this) : CertificateFinder.FromFile(this);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ProblemFactory.Exception(
                Location,
                "certificate",
                $"The certificate of {this} cannot be read: {e.Message}",
                "Check that it exists, that this account may read it, and the password.",
                e);
        }
    }

    /// <summary>Returns where the certificate is found, never the password.</summary>
    public override string ToString() =>
        FileName ?? $"store {StoreLocation}/{StoreName}, {X509FindType} '{FindValue}'";
}
