using System.Security.Claims;

namespace SecureConversation.Credentials;

/// <summary>
/// Says who the holder of an issued token is: roles, claims. It is asked after <see cref="IssuedTokenAuthentication"/> accepted the token
/// and the client proved to hold its key. Several threads may call it at once, unless the host makes one for each request.
/// </summary>
public interface IIssuedTokenAuthenticator
{
    /// <summary>The client; null to refuse him.</summary>
    /// <param name="token">The token. Valid during the call.</param>
    /// <param name="user">What the token says, as claims. May be returned with more identities or claims.</param>
    /// <param name="origin">What the transport knows about the message, and the services of its scope.</param>
    /// <param name="cancellationToken">Cancels the authentication.</param>
    /// <returns>
    /// A principal whose identity is authenticated and has a name, by which clients share limits; with another one the client is refused,
    /// and the log says why. Each request gets a copy.
    /// </returns>
    ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken);
}
