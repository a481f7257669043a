using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Saml;

namespace SecureConversation.Engine.Roles;

/// <summary>Checks when a service is created that it can judge the issued tokens that its binding asks for.</summary>
internal static class IssuedTokenChecks
{
    // A message is compared with each, so there are few.
    private const int MostCertificates = 64;
    private const int MostAudiences = 256;

    /// <summary>Makes the validator of a service; null where it accepts no issued tokens.</summary>
    /// <exception cref="ArgumentException">The options of its certificates are wrong.</exception>
    public static AssertionValidator? CreateValidator(ServiceCredentials credentials, EngineEnvironment environment)
    {
        if (credentials.IssuedTokenAuthentication is not { } options)
        {
            return null;
        }

        var certificates = options.CertificateValidation is { } validation
            ? CertificateTrust.CreateValidator(validation, "IssuedTokenAuthentication.CertificateValidation", environment)
            : null;
        return new AssertionValidator(options, Audiences(options, environment.Address), certificates, environment.Clock);
    }

    /// <exception cref="ArgumentException">A setting is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ServiceCredentials credentials, Uri? address)
    {
        if (!AsksForTokens(binding.Bootstrap ?? binding.Element) || credentials.IssuedTokenAuthentication is not { } options)
        {
            return;
        }

        if ((StrongCredentialChecks.Problem(binding, options) ?? FindProblem(options, credentials, address)) is { } problem)
        {
            throw new ArgumentException($"ServiceCredentials.IssuedTokenAuthentication: {problem}", nameof(credentials));
        }
    }

    private static string? FindProblem(IssuedTokenAuthentication options, ServiceCredentials credentials, Uri? address)
    {
        if (options.KnownCertificates is not { Count: <= MostCertificates })
        {
            return $"KnownCertificates must not be null, nor hold more than {MostCertificates} certificates.";
        }

        if (options.AllowedAudienceUris is not { Count: <= MostAudiences } audiences || audiences.Any(string.IsNullOrWhiteSpace))
        {
            return $"AllowedAudienceUris must not be null, nor hold empty texts or more than {MostAudiences}.";
        }

        if (options.TokenHandler is not null)
        {
            return JudgesNothing(options) ? null
                : "TokenHandler judges issuers, signatures and audiences, so the settings about these have no effect: leave "
                    + "them at their defaults, or set TokenHandler to null.";
        }

        if (options is { KnownCertificates.Count: 0, CertificateValidation: null, AllowUntrustedRsaIssuers: false })
        {
            return "it names no issuer, so every token would be refused: add the certificates of the issuers to KnownCertificates, or set "
                + "CertificateValidation.";
        }

        if (options.AllowUntrustedRsaIssuers && credentials.IssuedTokenAuthenticator is null)
        {
            return "with AllowUntrustedRsaIssuers anybody is an issuer: set ServiceCredentials.IssuedTokenAuthenticator, which judges "
                + "IssuedToken.IssuerKey, or set AllowUntrustedRsaIssuers to false.";
        }

        // The address at which a message arrives is what its sender says, so it is no name of the service.
        return options.AudienceUriMode != AudienceUriMode.Never && Audiences(options, address).Count == 0
            ? "tokens have to name this service as their audience, and it has no name: set AllowedAudienceUris, or "
                + "MessageSecurityServiceOptions.Address."
            : null;
    }

    private static bool JudgesNothing(IssuedTokenAuthentication options) => options is
    {
        KnownCertificates.Count: 0,
        CertificateValidation: null,
        AllowUntrustedRsaIssuers: false,
        AllowSha1Signatures: null,
        AllowedAudienceUris.Count: 0,
        AudienceUriMode: AudienceUriMode.Always,
    };

    private static List<string> Audiences(IssuedTokenAuthentication options, Uri? address) =>
        address is null ? [.. options.AllowedAudienceUris] : [.. options.AllowedAudienceUris, address.AbsoluteUri];

    private static bool AsksForTokens(SecurityBindingElement element) =>
        element is SymmetricSecurityBindingElement { ProtectionTokenParameters: IssuedSecurityTokenParameters }
        || element.GetSupportingTokenParameters().Any(token => token is IssuedSecurityTokenParameters);
}
