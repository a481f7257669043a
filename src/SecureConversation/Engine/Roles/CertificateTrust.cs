using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>Makes the validator of a client or service, and says at its start what the platform lacks.</summary>
internal static class CertificateTrust
{
    /// <param name="options">What makes a certificate trusted.</param>
    /// <param name="setting">Where they are set.</param>
    /// <param name="environment">Takes the warning that a store is missing.</param>
    /// <exception cref="ArgumentException">
    /// The mode is unknown or needs a validator, or only people in a store that the platform does not have would be trusted.
    /// </exception>
    public static CertificateValidator CreateValidator(
        CertificateValidationOptions options, string setting, EngineEnvironment environment)
    {
        var validator = new CertificateValidator(options);
        if (options.Mode is not (X509CertificateValidationMode.PeerTrust or X509CertificateValidationMode.PeerOrChainTrust)
            || CertificateStores.IsOffered(StoreName.TrustedPeople, options.TrustedStoreLocation))
        {
            return validator;
        }

        if (options.Mode == X509CertificateValidationMode.PeerTrust && options.TrustedPeople.Count == 0)
        {
            throw new ArgumentException($"{setting}: Mode PeerTrust would trust nobody, because this platform has no store TrustedPeople "
                + $"of {options.TrustedStoreLocation}: list the certificates in TrustedPeople, or set "
                + "TrustedStoreLocation to CurrentUser.");
        }

        EngineLog.StoreMissing(environment.Log, $"{options.TrustedStoreLocation}", setting);
        return validator;
    }
}
