using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>Checks when a client or service is created that it has the credentials that its binding needs.</summary>
internal static class CredentialChecks
{
    // A message is compared with each, so there are few.
    private const int MostOthers = 15;

    /// <exception cref="ArgumentException">Something is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        if (credentials.ServiceCertificate is null && binding.Element is not TransportSecurityBindingElement
            && binding.NegotiatedToken is not SspiSecurityTokenParameters)
        {
            Throw("The binding needs the certificate of the service: set ServiceCredentials.ServiceCertificate.", nameof(credentials));
        }

        if (credentials.OtherServiceCertificates is not { Count: <= MostOthers } others || others.Any(other => other is null))
        {
            Throw(OthersProblem(nameof(ServiceCredentials)), nameof(credentials));
        }

        if (credentials is { UserNamePasswordValidator: not null, UserNameAuthenticator: not null })
        {
            Throw("ServiceCredentials.UserNamePasswordValidator and UserNameAuthenticator are both set: set one of them.",
                nameof(credentials));
        }

        if (binding.NegotiatedToken is SslSecurityTokenParameters)
        {
            Throw(credentials.ServiceCertificate!.IsRsa ? credentials.ServiceCertificate.TlsProblem()
                : "The binding negotiates by TLS, which is offered with RSA keys alone: give ServiceCredentials.ServiceCertificate a "
                    + "certificate with an RSA key, or set NegotiateServiceCredential = false on both sides.", nameof(credentials));
        }

        Throw(WindowsChecks.Problem(credentials), nameof(credentials));
        var tokens = ClientTokens(binding).ToList();
        foreach (var token in tokens)
        {
            Throw(token is { Endorses: true, Kind: UserNameTokenKind } ? null : token.Kind.Missing(token.Parameters, credentials),
                nameof(credentials));
        }

        if (ProtectingUserName(binding) is not null || tokens.Exists(t => t is { Endorses: true, Kind: UserNameTokenKind }))
        {
            Throw(UserNameTokenKind.MissingProvider(credentials, "user names as keys"), nameof(credentials));
        }

        Throw(KnownClientsProblem(binding.Bootstrap ?? binding.Element, credentials), nameof(credentials));
        X509Credential?[] own =
            [credentials.ServiceCertificate, credentials.ServiceEncryptionCertificate, .. credentials.OtherServiceCertificates];
        Throw(LengthProblem(binding, own.Select(credential => credential?.Certificate)), nameof(credentials));
        Throw(KeyKindChecks.Problem(binding, credentials), nameof(credentials));
        Throw(StrongCredentialChecks.Problem(binding, credentials), nameof(credentials));
    }

    /// <summary>
    /// The suites of the profile Strong say how long the RSA key of a service is at least. WCF judges no service by its suite.
    /// </summary>
    private static string? LengthProblem(MessageSecurityBinding binding, IEnumerable<X509Certificate2?> certificates)
    {
        var suite = (binding.Bootstrap ?? binding.Element).DefaultAlgorithmSuite;
        foreach (var certificate in suite.IsStrong ? certificates : [])
        {
            using var key = certificate?.GetRSAPublicKey();
            if (key is not null && !suite.IsAsymmetricKeyLengthSupported(key.KeySize))
            {
                return $"The certificate of the service has an RSA key of {key.KeySize} bits, and {suite.Name} has "
                    + $"{suite.MinAsymmetricKeyLength} to {suite.MaxAsymmetricKeyLength}: use another certificate.";
            }
        }

        return null;
    }

    private static string? KnownClientsProblem(SecurityBindingElement element, ServiceCredentials credentials)
    {
        if (credentials.KnownClientCertificates is not { Certificates: not null, Pairs: { } pairs } || pairs.Any(pair => pair is null))
        {
            return "ServiceCredentials.KnownClientCertificates must not be null, nor its lists, nor a pair in them.";
        }

        // A certificate that the message brings in another place is not looked for.
        var isNamed = element is AsymmetricSecurityBindingElement
        {
            InitiatorTokenParameters: X509SecurityTokenParameters
            {
                InclusionMode: SecurityTokenInclusionMode.Never or SecurityTokenInclusionMode.AlwaysToInitiator,
                X509ReferenceStyle: not X509ReferenceStyle.RawDataKeyIdentifier,
            } token,
        } && !element.EndpointSupportingTokenParameters.All.Any(supporting => supporting is X509SecurityTokenParameters)
            ? token
            : null;
        return isNamed is not null && KnownClients.IsEmpty(credentials.KnownClientCertificates)
            ? $"InclusionMode {isNamed.InclusionMode} of InitiatorTokenParameters: the client names its certificate and does not send it, "
                + "so the service has to know it: set ServiceCredentials.KnownClientCertificates to a list, a store or a resolver."
            : null;
    }

    /// <param name="binding">The binding.</param>
    /// <param name="credentials">The credentials.</param>
    /// <param name="otherwise">Where issued tokens come from when the credentials do not say it; null for nowhere.</param>
    /// <exception cref="ArgumentException">Something is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ClientCredentials credentials, IIssuedTokenProvider? otherwise)
    {
        var element = binding.Bootstrap ?? binding.Element;
        if (credentials.ServiceCertificate is null && NeedsServiceCertificate(element))
        {
            Throw(
                "The binding needs the certificate of the service beforehand: set ClientCredentials.ServiceCertificate.",
                nameof(credentials));
        }

        if (credentials.OtherServiceCertificates is not { Count: <= MostOthers } others || others.Any(other => other is null))
        {
            Throw(OthersProblem(nameof(ClientCredentials)), nameof(credentials));
        }

        Throw(LengthProblem(binding, [
            credentials.ServiceCertificate, credentials.ServiceEncryptionCertificate, .. credentials.OtherServiceCertificates]),
            nameof(credentials));
        Throw(KeyKindChecks.Problem(binding, credentials), nameof(credentials));
        if (credentials.IssuedToken is not { IssuedTokenRenewalThresholdPercentage: >= 1 and <= 100 } issued
            || issued.MaxIssuedTokenCachingTime <= TimeSpan.Zero)
        {
            Throw("ClientCredentials.IssuedToken must not be null, its IssuedTokenRenewalThresholdPercentage is 1 to 100, and its "
                + "MaxIssuedTokenCachingTime is positive.", nameof(credentials));
        }

        if (credentials.IssuedTokenProvider is null && otherwise is null && IssuedTokens.Of(element).Any())
        {
            Throw("The binding needs tokens of an issuer: set ClientCredentials.IssuedTokenProvider.", nameof(credentials));
        }

        if (credentials.NamedCertificates is null)
        {
            Throw("ClientCredentials.NamedCertificates must not be null: leave it empty.", nameof(credentials));
        }

        Throw(StrongCredentialChecks.Problem(binding, credentials), nameof(credentials));
        foreach (var token in ClientTokens(binding).Where(t => !t.IsOptional && t.Kind != TokenKind.Rsa))
        {
            Throw(token.Kind.Missing(token.Parameters, credentials), nameof(credentials));
        }

        if (element.NegotiatedToken is SslSecurityTokenParameters { RequireClientCertificate: true })
        {
            Throw(
                credentials.ClientCertificate is { } own
                    ? own.TlsProblem()
                    : "The binding asks for a client certificate in the negotiation: set ClientCredentials.ClientCertificate.",
                nameof(credentials));
        }

        Throw(WindowsChecks.Problem(element, credentials), nameof(credentials));
        if (ProtectingUserName(binding) is { } userName)
        {
            Throw(TokenKind.UserName.Missing(userName, credentials), nameof(credentials));
        }
    }

    /// <summary>
    /// An issued token that protects messages authenticates the service as well: only that can decrypt its key. Over a protected transport
    /// the certificate of the transport stands for it, and in a negotiation the service shows it.
    /// </summary>
    private static bool NeedsServiceCertificate(SecurityBindingElement element) => element is not (TransportSecurityBindingElement
        or SymmetricSecurityBindingElement { ProtectionTokenParameters: IssuedSecurityTokenParameters }) && element.NegotiatedToken is null;

    private static string OthersProblem(string type) =>
        $"{type}.OtherServiceCertificates must not be null, nor hold null or more than {MostOthers} certificates.";

    /// <summary>The tokens that authenticate the client. With sessions, the handshake carries them.</summary>
    private static IEnumerable<SupportingToken> ClientTokens(MessageSecurityBinding binding)
    {
        var element = binding.Bootstrap ?? binding.Element;
        if (element is SymmetricSecurityBindingElement { ProtectionTokenParameters: IssuedSecurityTokenParameters issued })
        {
            yield return new SupportingToken(TokenKind.Of(issued), issued, SupportingTokenAttachment.Endorsing);
        }

        if (element is AsymmetricSecurityBindingElement { InitiatorTokenParameters: { } initiator })
        {
            yield return new SupportingToken(TokenKind.Of(initiator), initiator, SupportingTokenAttachment.Endorsing);
        }

        foreach (var token in SupportingToken.AllOf(element).SelectMany(list => list.Tokens))
        {
            yield return token;
        }
    }

    /// <summary>The user name whose key protects messages; null where another key does.</summary>
    private static UserNameSecurityTokenParameters? ProtectingUserName(MessageSecurityBinding binding) =>
        ((binding.Bootstrap ?? binding.Element) as SymmetricSecurityBindingElement)?.ProtectionTokenParameters
            as UserNameSecurityTokenParameters;

    private static void Throw(string? problem, string parameter)
    {
        if (problem is not null)
        {
            throw new ArgumentException(problem, parameter);
        }
    }
}
