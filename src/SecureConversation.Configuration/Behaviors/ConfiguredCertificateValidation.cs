using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>An <c>&lt;authentication&gt;</c> of certificates: how those of the other side are validated.</summary>
public sealed record ConfiguredCertificateValidation
{
    /// <summary>Where it stands; for defaults, where they are used.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>What makes a certificate trusted. Default: a chain.</summary>
    public X509CertificateValidationMode Mode { get; init; } = X509CertificateValidationMode.ChainTrust;

    /// <summary>How revocation is checked. Default online.</summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.Online;

    /// <summary>The location of the stores of trusted people and others. Default: of the machine.</summary>
    public StoreLocation TrustedStoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>The type that validates in mode Custom; empty where the file gives none.</summary>
    public string CustomValidatorType { get; init; } = "";

    /// <summary>
    /// Our attribute <c>trustedRootsFileName</c>: the full path of a file (PEM or DER) with the only roots that are trusted; null (default)
    /// for those of the platform.
    /// </summary>
    public string? TrustedRootsFileName { get; init; }

    /// <summary>
    /// Our attribute <c>trustedPeopleFileName</c>: the full path of a file (PEM or DER) with trusted people besides those of the store;
    /// null (default) for none.
    /// </summary>
    public string? TrustedPeopleFileName { get; init; }

    internal TypeActivator Activator { get; init; } = TypeActivator.Default;

    /// <summary>The options of the engine.</summary>
    /// <exception cref="ServiceModelConfigurationException">A file cannot be read, or the custom type is missing or of no use.</exception>
    public CertificateValidationOptions ToCertificateValidationOptions()
    {
        var validate = Mode == X509CertificateValidationMode.Custom ? Activator.CertificateValidator(CustomValidatorType, Location) : null;
        return new()
        {
            Mode = Mode,
            RevocationMode = RevocationMode,
            TrustedStoreLocation = TrustedStoreLocation,
            CustomTrustRoots = Read(TrustedRootsFileName),
            TrustedPeople = Read(TrustedPeopleFileName),
            CustomValidator = validate,
        };
    }

    private X509Certificate2Collection Read(string? path)
    {
        try
        {
            return path is null ? [] : CertificateFinder.AllOfFile(path);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw ProblemFactory.Exception(
                Location, "authentication", $"The certificates of {path} cannot be read: {e.Message}", "Check the file.", e);
        }
    }
}
