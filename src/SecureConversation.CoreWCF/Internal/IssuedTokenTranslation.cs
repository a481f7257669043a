using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>ServiceCredentials.IssuedTokenAuthentication of a host, in the words of the engine.</summary>
internal static class IssuedTokenTranslation
{
    /// <summary>
    /// Translates them. Unlike in WCF, the chain of a certificate makes nobody an issuer: the host lists its issuers, trusts the people of
    /// a store, or has a validator.
    /// </summary>
    public static EngineCredentials.IssuedTokenAuthentication ToEngine(
        IssuedTokenServiceCredential credential, ClientRefusals refusals) => new()
        {
            KnownCertificates = [.. credential.KnownCertificates],
            AllowedAudienceUris = [.. credential.AllowedAudienceUris],
            AudienceUriMode = Translation.ByName<EngineCredentials.AudienceUriMode>(credential.AudienceUriMode),
            AllowUntrustedRsaIssuers = credential.AllowUntrustedRsaIssuers,
            CertificateValidation = Validation(credential, refusals),
        };

    private static EngineCredentials.CertificateValidationOptions? Validation(
        IssuedTokenServiceCredential credential, ClientRefusals refusals) => credential.CertificateValidationMode switch
        {
            X509CertificateValidationMode.Custom when credential.CustomCertificateValidator is { } validator => new()
            {
                Mode = EngineCredentials.X509CertificateValidationMode.Custom,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomValidator = (certificate, _) =>
                {
                    try
                    {
                        validator.Validate(certificate);
                        return true;
                    }
                    catch (Exception e) when (e is not OutOfMemoryException)
                    {
                        return CredentialTranslation.Refuse(e, refusals);
                    }
                },
            },
            X509CertificateValidationMode.Custom => throw new InvalidOperationException(
                "IssuedTokenAuthentication.CertificateValidationMode is Custom: set CustomCertificateValidator."),
            X509CertificateValidationMode.PeerTrust => new()
            {
                Mode = EngineCredentials.X509CertificateValidationMode.PeerTrust,
                RevocationMode = credential.RevocationMode,
                TrustedStoreLocation = credential.TrustedStoreLocation,
            },
            _ => null,
        };
}
