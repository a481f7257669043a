using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using SecureConversation.Credentials;
using PasswordValidator = CoreWCF.IdentityModel.Selectors.UserNamePasswordValidator;
using ServiceCredentials = CoreWCF.Description.ServiceCredentials;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The credentials of a host as the engine knows them.</summary>
internal static class CredentialTranslation
{
    /// <exception cref="InvalidOperationException">Something is missing that the binding needs; the message names it.</exception>
    public static Credentials.ServiceCredentials ToEngine(ServiceCredentials credentials, EngineBinding.MessageSecurityBinding binding, ILogger logger)
    {
        var certificate = credentials.ServiceCertificate.Certificate ?? throw new InvalidOperationException(
            "Message security needs the certificate of the service: set ServiceCredentials.ServiceCertificate.Certificate, or call SetCertificate.");
        return new Credentials.ServiceCredentials
        {
            ServiceCertificate = new X509Credential(certificate),
            ClientCertificateValidation = Validation(credentials.ClientCertificate.Authentication, logger),
            UserNamePasswordValidator = NeedsUserName(binding.Bootstrap ?? binding.Element) ? Validator(credentials.UserNameAuthentication, logger) : null,
        };
    }

    private static bool NeedsUserName(EngineBinding.SecurityBindingElement element) =>
        element.EndpointSupportingTokenParameters.All.Any(token => token is EngineBinding.UserNameSecurityTokenParameters);

    private static CertificateValidationOptions Validation(X509ClientCertificateAuthentication authentication, ILogger logger)
    {
        var custom = authentication.CustomCertificateValidator;
        var mode = Translation.ByName<Credentials.X509CertificateValidationMode>(authentication.CertificateValidationMode);
        if (mode == Credentials.X509CertificateValidationMode.Custom && custom is null)
        {
            throw new InvalidOperationException("ClientCertificate.Authentication.CertificateValidationMode is Custom: set CustomCertificateValidator.");
        }

        return new CertificateValidationOptions
        {
            Mode = mode,
            // The engine builds a chain for a custom validator, too; WCF's have no use for it.
            RevocationMode = custom is null ? authentication.RevocationMode : X509RevocationMode.NoCheck,
            TrustedStoreLocation = authentication.TrustedStoreLocation,
            CustomValidator = custom is null ? null : (certificate, _) =>
            {
                try
                {
                    custom.Validate(certificate);
                    return true;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // WCF's validators refuse by throwing, whatever it is they throw.
                    CoreWcfLog.ClientRefused(logger, e.GetType().Name);
                    return false;
                }
            },
        };
    }

    private static UserNamePasswordValidator Validator(UserNamePasswordServiceCredential authentication, ILogger logger)
    {
        if (authentication.UserNamePasswordValidationMode != UserNamePasswordValidationMode.Custom
            || authentication.CustomUserNamePasswordValidator is not { } validator)
        {
            throw new InvalidOperationException("User names are validated by code of yours: set UserNameAuthentication.UserNamePasswordValidationMode "
                + "to Custom, and CustomUserNamePasswordValidator.");
        }

        return UserNamePasswordValidator.Create((userName, password, _) => ValidateAsync(validator, userName, password, logger));
    }

    private static async ValueTask<bool> ValidateAsync(PasswordValidator validator, string userName, string password, ILogger logger)
    {
        try
        {
            await validator.ValidateAsync(userName, password).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            CoreWcfLog.ClientRefused(logger, e.GetType().Name);
            return false;
        }
    }
}
