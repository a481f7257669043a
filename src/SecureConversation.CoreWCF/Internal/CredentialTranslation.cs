using System.Security.Cryptography.X509Certificates;
using CoreWCF.IdentityModel.Selectors;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The credentials of a host as the engine knows them.</summary>
internal static class CredentialTranslation
{
    /// <exception cref="InvalidOperationException">Something is missing that the binding needs; the message names it.</exception>
    public static EngineCredentials.ServiceCredentials ToEngine(
        ServiceCredentials credentials, EngineBinding.MessageSecurityBinding binding, ClientRefusals refusals)
    {
        var own = credentials as MessageSecurityServiceCredentials;
        return new EngineCredentials.ServiceCredentials
        {
            ServiceCertificate = ServiceCertificate(credentials, binding.Bootstrap ?? binding.Element),
            ClientCertificateValidation = Validation(credentials.ClientCertificate.Authentication, refusals),
            ServiceEncryptionCertificate = own?.ServiceEncryptionCertificate is { } encryption
                ? new EngineCredentials.X509Credential(encryption)
                : null,
            KnownClientCertificates = own?.KnownClientCertificates ?? KnownClients(credentials.ClientCertificate),
            UserNamePasswordProvider = own?.UserNamePasswordProvider,
            // Who knows the passwords has judged them; a validator is asked as well where the host has one.
            UserNamePasswordValidator = NeedsUserName(binding.Bootstrap ?? binding.Element)
                && (own?.UserNamePasswordProvider is null || credentials.UserNameAuthentication.CustomUserNamePasswordValidator is not null)
                ? Validator(credentials.UserNameAuthentication, refusals)
                : null,
            IssuedTokenAuthentication = !NeedsIssuedToken(binding.Bootstrap ?? binding.Element) ? null
                : own?.IssuedTokenValidation ?? IssuedTokenTranslation.ToEngine(credentials.IssuedTokenAuthentication, refusals),
            IssuedTokenAuthenticator = own?.IssuedTokenAuthenticator,
            WindowsAuthentication = new()
            {
                AllowAnonymousLogons = credentials.WindowsAuthentication.AllowAnonymousLogons,
                IncludeWindowsGroups = credentials.WindowsAuthentication.IncludeWindowsGroups,
            },
        };
    }

    /// <summary>
    /// The certificate that WCF has for its one client, and the people whom the service trusts: they are known where clients name their
    /// certificate and do not send it.
    /// </summary>
    private static EngineCredentials.KnownClientCertificates KnownClients(X509CertificateInitiatorServiceCredential client)
    {
        var authentication = client.Authentication;
        var trustsPeople = authentication.CertificateValidationMode
            is X509CertificateValidationMode.PeerTrust or X509CertificateValidationMode.PeerOrChainTrust;
        return new EngineCredentials.KnownClientCertificates
        {
            Certificates = client.Certificate is { } known ? [known] : [],
            StoreName = trustsPeople && CertificateStores.IsOffered(StoreName.TrustedPeople, authentication.TrustedStoreLocation)
                ? StoreName.TrustedPeople
                : null,
            StoreLocation = authentication.TrustedStoreLocation,
        };
    }

    private static EngineCredentials.X509Credential? ServiceCertificate(
        ServiceCredentials credentials, EngineBinding.SecurityBindingElement element) =>
        credentials.ServiceCertificate.Certificate is null && NeedsNoCertificate(element)
            ? null
            : new EngineCredentials.X509Credential(credentials.ServiceCertificate.Certificate ?? throw new InvalidOperationException(
                "Message security needs the certificate of the service: set ServiceCredentials.ServiceCertificate.Certificate, or call "
                + "SetCertificate."));

    /// <summary>The transport shows one, or a Windows account stands for the service.</summary>
    private static bool NeedsNoCertificate(EngineBinding.SecurityBindingElement element) => element is
        EngineBinding.TransportSecurityBindingElement
        or EngineBinding.SymmetricSecurityBindingElement { ProtectionTokenParameters: EngineBinding.SspiSecurityTokenParameters };

    private static bool NeedsUserName(EngineBinding.SecurityBindingElement element) =>
        Tokens(element).Any(token => token is EngineBinding.UserNameSecurityTokenParameters);

    private static bool NeedsIssuedToken(EngineBinding.SecurityBindingElement element) =>
        Tokens(element).Any(token => token is EngineBinding.IssuedSecurityTokenParameters);

    private static IEnumerable<EngineBinding.SecurityTokenParameters?> Tokens(EngineBinding.SecurityBindingElement element) =>
        element.GetSupportingTokenParameters().Append(
            (element as EngineBinding.SymmetricSecurityBindingElement)?.ProtectionTokenParameters);

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
    internal static bool Refuse(Exception thrown, ClientRefusals refusals)
    {
        refusals.Write(thrown);
        return ValidatorFaults.Of(thrown) is { } answer ? throw answer : false;
    }
}
