using System.Security.Cryptography.X509Certificates;
using CoreWCF.IdentityModel.Selectors;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The credentials of a host as the engine knows them.</summary>
internal static class CredentialTranslation
{
    /// <exception cref="InvalidOperationException">Something is missing that the binding needs; the message names it.</exception>
    public static EngineCredentials.ServiceCredentials ToEngine(
        ServiceCredentials credentials, EngineBinding.MessageSecurityBinding binding, ClientRefusals refusals)
    {
        var certificate = credentials.ServiceCertificate.Certificate ?? throw new InvalidOperationException(
            "Message security needs the certificate of the service: set ServiceCredentials.ServiceCertificate.Certificate, or call "
            + "SetCertificate.");
        return new EngineCredentials.ServiceCredentials
        {
            ServiceCertificate = new EngineCredentials.X509Credential(certificate),
            ClientCertificateValidation = Validation(credentials.ClientCertificate.Authentication, refusals),
            UserNamePasswordValidator = NeedsUserName(binding.Bootstrap ?? binding.Element)
                ? Validator(credentials.UserNameAuthentication, refusals)
                : null,
        };
    }

    private static bool NeedsUserName(EngineBinding.SecurityBindingElement element) =>
        element.EndpointSupportingTokenParameters.All.Any(token => token is EngineBinding.UserNameSecurityTokenParameters);

    private static EngineCredentials.CertificateValidationOptions Validation(
        X509ClientCertificateAuthentication authentication, ClientRefusals refusals)
    {
        var custom = authentication.CustomCertificateValidator;
        if (custom is FileTrustValidator files)
        {
            // The engine knows trust by files itself.
            return files.Options;
        }

        var mode = Translation.ByName<EngineCredentials.X509CertificateValidationMode>(authentication.CertificateValidationMode);
        if (mode == EngineCredentials.X509CertificateValidationMode.Custom && custom is null)
        {
            throw new InvalidOperationException(
                "ClientCertificate.Authentication.CertificateValidationMode is Custom: set CustomCertificateValidator.");
        }

        return new EngineCredentials.CertificateValidationOptions
        {
            Mode = mode,
            // A validator of WCF gets the certificate alone: no network is asked about a chain that it does not see.
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
                    // Validators of WCF refuse by throwing, and any exception counts.
                    return Refuse(e, refusals);
                }
            },
        };
    }

    private static EngineCredentials.UserNamePasswordValidator Validator(
        UserNamePasswordServiceCredential authentication, ClientRefusals refusals)
    {
        if (authentication.UserNamePasswordValidationMode != UserNamePasswordValidationMode.Custom
            || authentication.CustomUserNamePasswordValidator is not { } validator)
        {
            throw new InvalidOperationException("User names are validated by code of yours: set "
                + "UserNameAuthentication.UserNamePasswordValidationMode to Custom, and CustomUserNamePasswordValidator.");
        }

        return EngineCredentials.UserNamePasswordValidator.Create((userName, password, cancellationToken) =>
            ValidateAsync(validator, userName, password, refusals, cancellationToken));
    }

    private static async ValueTask<bool> ValidateAsync(
        UserNamePasswordValidator validator, string userName, string password, ClientRefusals refusals, CancellationToken cancellationToken)
    {
        try
        {
            // A validator of WCF cannot be cancelled. Whoever hung up, or took too long, does not wait for it.
            await validator.ValidateAsync(userName, password).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException
            && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            return Refuse(e, refusals);
        }
    }

    /// <exception cref="EngineCredentials.AuthenticationFaultException">The validator answers with a fault of its own.</exception>
    private static bool Refuse(Exception thrown, ClientRefusals refusals)
    {
        refusals.Write(thrown);
        return ValidatorFaults.Of(thrown) is { } answer ? throw answer : false;
    }
}
