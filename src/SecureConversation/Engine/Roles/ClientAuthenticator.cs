using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Authenticates the client of a message. Validators are called only for tokens that the client proved to hold: a certificate after its
/// signature held, other tokens after the whole message was verified.
/// </summary>
internal sealed class ClientAuthenticator(ServiceCredentials credentials, EngineEnvironment environment)
{
    private const string NoName = "the client has no identity that is authenticated and has a name: an authenticator returns a "
        + "ClaimsPrincipal whose first ClaimsIdentity has an authenticationType and a name claim, or null to refuse him";

    private readonly TokenAuthentication _authentication = new(
        credentials,
        CertificateTrust.CreateValidator(
            credentials.ClientCertificateValidation, "ServiceCredentials.ClientCertificateValidation", environment),
        environment.Clock);

    /// <summary>
    /// Validates the certificate of the primary signature before anything else is decrypted, because anybody can sign with a certificate
    /// of his own. Null where a symmetric key signed.
    /// </summary>
    /// <exception cref="SecurityFailureException">The certificate is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal?> AuthenticateSignerAsync(
        AuthenticMessage message, MessageOrigin origin, CancellationToken cancellationToken) =>
        message.Signed.Signer is { } certificate
            ? await AuthenticateAsync(ProvedToken.Of(certificate), origin, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>
    /// Validates the other tokens of a message and returns the identity of the client. With several kinds of tokens, the last kind gives
    /// the identity: a user name takes precedence over certificates.
    /// </summary>
    /// <param name="message">The verified message.</param>
    /// <param name="signer">The identity of the certificate of the primary signature; null where a symmetric key signed.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Cancels calls to validators.</param>
    /// <exception cref="SecurityFailureException">The client is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        VerifiedMessage message, ClaimsPrincipal? signer, MessageOrigin origin, CancellationToken cancellationToken)
    {
        var user = signer ?? ClientIdentity.CreateAnonymous();
        TokenKind? kind = signer is null ? null : TokenKind.X509;
        foreach (var token in message.ProvedTokens)
        {
            if (signer is not null && ReferenceEquals(token.Certificate, message.Signer))
            {
                continue;
            }

            var holder = await AuthenticateAsync(token, origin, cancellationToken).ConfigureAwait(false);
            if (token.Kind != kind)
            {
                (user, kind) = (holder, token.Kind);
            }
        }

        return user;
    }

    private async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token, MessageOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            var user = await token.Kind.AuthenticateAsync(token, _authentication, origin, cancellationToken).ConfigureAwait(false);

            // Whoever has no name would pass for an authenticated client, and share the limits of strangers.
            return Owner.NameOfUser(user) is not null ? user : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, NoName);
        }
        catch (SecurityFailureException e) when (token.Certificate is null ? e.IsOf(token.UserName?.UserName) : e.IsOf(token.Certificate))
        {
            throw;
        }
        catch (AuthenticationFaultException answer)
        {
            // Counted and logged as any other client that is not accepted. Its text is for the client alone.
            var code = token.Certificate is null ? FailureCode.InvalidCredentials : FailureCode.UntrustedCertificate;
            var refused = new SecurityFailureException(code, "the validator answers with a fault of the application")
            {
                Answer = answer,
            };
            _ = token.Certificate is null ? refused.IsOf(token.UserName?.UserName) : refused.IsOf(token.Certificate);
            throw refused;
        }
    }
}
