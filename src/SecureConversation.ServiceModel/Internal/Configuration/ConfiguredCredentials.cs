using SecureConversation.Configuration;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>The credentials of a file in those of the client.</summary>
internal static class ConfiguredCredentials
{
    /// <exception cref="ServiceModelConfigurationException">A certificate, file or type is not found.</exception>
    public static void Apply(ConfiguredClientCredentials from, ClientCredentials to)
    {
        to.ClientCertificate.Certificate = from.ClientCertificate?.Load() ?? to.ClientCertificate.Certificate;
        to.ServiceCertificate.DefaultCertificate = from.DefaultCertificate?.Load() ?? to.ServiceCertificate.DefaultCertificate;
        foreach (var scoped in from.ScopedCertificates)
        {
            to.ServiceCertificate.ScopedCertificates[scoped.TargetUri] = scoped.Certificate.Load();
        }

        if (from.ServiceCertificateValidation is { } validation)
        {
            Apply(validation, to.ServiceCertificate.Authentication);
        }

        if (from.SslCertificateValidation is { } ssl)
        {
            to.ServiceCertificate.SslCertificateAuthentication = new X509ServiceCertificateAuthentication();
            Apply(ssl, to.ServiceCertificate.SslCertificateAuthentication);
        }
    }

    private static void Apply(ConfiguredCertificateValidation from, X509ServiceCertificateAuthentication to)
    {
        var trust = ConfiguredTrust.Of(from, type => Activator.CreateInstance(type)!);
        to.CertificateValidationMode = trust.Mode;
        to.RevocationMode = trust.RevocationMode;
        to.TrustedStoreLocation = trust.TrustedStoreLocation;
        to.CustomCertificateValidator = trust.CustomValidator ?? to.CustomCertificateValidator;
    }
}
