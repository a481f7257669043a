using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// Says who the holder of a certificate is: roles, claims. It is asked after the client proved to hold the key and
/// <see cref="ServiceCredentials.ClientCertificateValidation"/> accepted the certificate. Several threads may call it at once, unless the
/// host makes one for each request.
/// </summary>
public interface ICertificateAuthenticator
{
    /// <summary>The client; null to refuse him.</summary>
    /// <param name="certificate">The certificate. Valid during the call: copy what outlives it.</param>
    /// <param name="user">
    /// What the certificate itself says: its names and thumbprint as claims. May be returned with more identities or claims.
    /// </param>
    /// <param name="origin">What the transport knows about the message, and the services of its scope.</param>
    /// <param name="cancellationToken">Cancels the authentication.</param>
    /// <returns>
    /// A principal whose identity is authenticated and has a name, by which clients share limits; with another one the client is refused,
    /// and the log says why. Each request gets a copy.
    /// </returns>
    ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken);
}
