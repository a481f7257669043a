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
        if (credentials.ServiceCertificate is null)
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

        foreach (var kind in ClientTokens(binding))
        {
            Throw(kind.Missing(credentials), nameof(credentials));
        }
    }

    /// <exception cref="ArgumentException">Something is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        if (credentials.ServiceCertificate is null)
        {
            Throw(
                "The binding needs the certificate of the service beforehand: set ClientCredentials.ServiceCertificate.",
                nameof(credentials));
        }

        if (credentials.OtherServiceCertificates is not { Count: <= MostOthers } others || others.Any(other => other is null))
        {
            Throw(OthersProblem(nameof(ClientCredentials)), nameof(credentials));
        }

        foreach (var kind in ClientTokens(binding))
        {
            Throw(kind.Missing(credentials), nameof(credentials));
        }
    }

    private static string OthersProblem(string type) =>
        $"{type}.OtherServiceCertificates must not be null, nor hold null or more than {MostOthers} certificates.";

    /// <summary>The kinds of tokens that authenticate the client. With sessions, the handshake carries them.</summary>
    private static IEnumerable<TokenKind> ClientTokens(MessageSecurityBinding binding)
    {
        var element = binding.Bootstrap ?? binding.Element;
        if (element is AsymmetricSecurityBindingElement { InitiatorTokenParameters: { } initiator })
        {
            yield return TokenKind.Of(initiator);
        }

        foreach (var token in SupportingToken.Of(element.EndpointSupportingTokenParameters))
        {
            yield return token.Kind;
        }
    }

    private static void Throw(string? problem, string parameter)
    {
        if (problem is not null)
        {
            throw new ArgumentException(problem, parameter);
        }
    }
}
