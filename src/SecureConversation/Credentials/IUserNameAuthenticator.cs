using System.Security.Claims;

namespace SecureConversation.Credentials;

/// <summary>
/// Authenticates clients by user name and password and says who they are: roles, claims. Several threads may call it at once, unless the
/// host makes one for each request.
/// </summary>
public interface IUserNameAuthenticator
{
    /// <summary>
    /// The client; null when the user does not exist or the password is wrong. It should take the same time for existing and for unknown
    /// users, so that the time does not reveal which users exist.
    /// </summary>
    /// <param name="userName">The user name as the client sent it.</param>
    /// <param name="password">The password as the client sent it. Do not log it.</param>
    /// <param name="origin">What the transport knows about the message, and the services of its scope.</param>
    /// <param name="cancellationToken">Cancels the authentication.</param>
    /// <returns>
    /// A principal whose identity is authenticated and has a name, by which clients share limits; with another one the client is refused,
    /// and the log says why. Each request gets a copy.
    /// </returns>
    ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        string userName, string password, MessageOrigin origin, CancellationToken cancellationToken);
}
