using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Judges whether the client of a verified message is who it may be. Runs after all cryptography, so that a validator is
/// never asked about a token that nobody proved to hold.
/// </summary>
internal sealed class ClientAuthenticator(ServiceCredentials credentials, TimeProvider clock)
{
    private readonly CertificateValidator _certificates = new(credentials.ClientCertificateValidation);

    /// <exception cref="SecurityFailureException">The client is not accepted.</exception>
    public async ValueTask<ClaimsPrincipal> AuthenticateAsync(VerifiedMessage message, CancellationToken cancellationToken)
    {
        // Each certificate that signed, not only the one that becomes the identity: a binding may ask for a user name as well.
        foreach (var proved in message.Certificates)
        {
            if (!_certificates.Validate(proved, clock.GetUtcNow()))
            {
                Fail.With(FailureCode.UntrustedCertificate);
            }
        }

        if (message.Tokens.UserName is { } userName)
        {
            var isAccepted = await credentials.UserNamePasswordValidator!.ValidateAsync(userName.UserName, userName.Password, cancellationToken).ConfigureAwait(false);
            return isAccepted ? ClientIdentity.FromUserName(userName.UserName) : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials);
        }

        return message.SenderCertificate is { } certificate ? ClientIdentity.FromCertificate(certificate) : ClientIdentity.Anonymous;
    }
}
