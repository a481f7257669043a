using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Authenticates the client of a verified message. It runs after all signatures were verified, so that validators are called only for
/// tokens that the client proved to hold.
/// </summary>
internal sealed class ClientAuthenticator(ServiceCredentials credentials, TimeProvider clock)
{
    private readonly TokenAuthentication _authentication =
        new(credentials, new CertificateValidator(credentials.ClientCertificateValidation), clock);

    /// <summary>
    /// Validates all tokens of a message and returns the identity of the client. With several kinds of tokens, the last kind gives the
    /// identity: a user name takes precedence over certificates.
    /// </summary>
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
