using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Errors;
using SecureConversation.Security;

namespace SecureConversation.Session;

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
        if (message.Tokens.UserName is { } userName)
        {
            var isAccepted = await credentials.UserNamePasswordValidator!.ValidateAsync(userName.UserName, userName.Password, cancellationToken).ConfigureAwait(false);
            return isAccepted ? ClientIdentity.FromUserName(userName.UserName) : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials);
        }

        return message.SenderCertificate is { } certificate ? Authenticate(certificate) : ClientIdentity.Anonymous;
    }

    private ClaimsPrincipal Authenticate(X509Certificate2 certificate) =>
        _certificates.Validate(certificate, clock.GetUtcNow())
            ? ClientIdentity.FromCertificate(certificate)
            : Fail.With<ClaimsPrincipal>(FailureCode.UntrustedCertificate);
}
