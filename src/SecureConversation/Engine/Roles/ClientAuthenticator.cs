using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Judges whether the client of a verified message is who it may be. Runs after all cryptography, so that a validator is
/// never asked about a token that nobody proved to hold.
/// </summary>
internal sealed class ClientAuthenticator(ServiceCredentials credentials, TimeProvider clock)
{
    private readonly TokenAuthentication _authentication = new(credentials, new CertificateValidator(credentials.ClientCertificateValidation), clock);

    /// <summary>Every proved token has to be accepted. The identity is that of the last kind: a user name counts more than the certificates beside it.</summary>
    /// <exception cref="SecurityFailureException">The client is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(VerifiedMessage message, CancellationToken cancellationToken)
    {
        var user = ClientIdentity.Anonymous;
        TokenKind? kind = null;
        foreach (var token in message.ProvedTokens)
        {
            var holder = await token.Kind.AuthenticateAsync(token, _authentication, cancellationToken).ConfigureAwait(false);
            if (token.Kind != kind)
            {
                (user, kind) = (holder, token.Kind);
            }
        }

        return user;
    }
}
