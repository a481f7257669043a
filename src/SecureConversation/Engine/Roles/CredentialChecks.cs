using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>Credentials that the binding needs must be there when a role is made, not when the first message comes.</summary>
internal static class CredentialChecks
{
    /// <exception cref="ArgumentException">Something is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        Throw(
            credentials.ServiceCertificate is null ? "The binding needs the certificate of the service: set ServiceCredentials.ServiceCertificate." : null,
            nameof(credentials));
        foreach (var kind in ClientTokens(binding))
        {
            Throw(kind.Missing(credentials), nameof(credentials));
        }
    }

    /// <exception cref="ArgumentException">Something is missing; the message says what to set.</exception>
    public static void Require(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        Throw(
            credentials.ServiceCertificate is null ? "The binding needs the certificate of the service beforehand: set ClientCredentials.ServiceCertificate." : null,
            nameof(credentials));
        foreach (var kind in ClientTokens(binding))
        {
            Throw(kind.Missing(credentials), nameof(credentials));
        }
    }

    /// <summary>The kinds of tokens by which the client proves itself, in the handshake where there is one.</summary>
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
