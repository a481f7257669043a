using SecureConversation.Configuration;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>The credentials of a file in those of the client.</summary>
internal static class ConfiguredCredentials
{
    /// <summary>Applies those of a file to an endpoint, which gets credentials that can say all of it.</summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// A certificate, file or type is not found, or a class of the application cannot say allowNtlm="false".
    /// </exception>
    public static void Apply(ConfiguredClientCredentials from, ServiceEndpoint endpoint)
    {
        var known = endpoint.EndpointBehaviors.OfType<ClientCredentials>().FirstOrDefault();
        var applied = known ?? new MessageSecurityClientCredentials();
        if (from.AllowNtlm is false && applied is not MessageSecurityClientCredentials)
        {
            // Those of the stack have no AllowNtlm.
            applied = applied.GetType() == typeof(ClientCredentials) ? new MessageSecurityClientCredentials(applied)
                : throw ConfiguredRefusal.Of(from.Location, "windows", $"{applied.GetType()} has no AllowNtlm.",
                    "Put MessageSecurityClientCredentials in its place among the behaviors of the endpoint.");
        }

        Apply(from, applied);
        if (applied != known)
        {
            endpoint.EndpointBehaviors.Remove(typeof(ClientCredentials));
            endpoint.EndpointBehaviors.Add(applied);
        }
    }

    private static void Apply(ConfiguredClientCredentials from, ClientCredentials to)
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

        to.Windows.AllowedImpersonationLevel = from.AllowedImpersonationLevel ?? to.Windows.AllowedImpersonationLevel;
        if (to is MessageSecurityClientCredentials own)
        {
            own.AllowNtlm = from.AllowNtlm ?? own.AllowNtlm;
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
