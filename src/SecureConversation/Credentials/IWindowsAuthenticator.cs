using System.Security.Claims;

namespace SecureConversation.Credentials;

/// <summary>
/// Says who the owner of a Windows account is: roles, claims. It is asked once for each negotiation, after the client proved to own the
/// account. Several threads may call it at once, unless the host makes one for each request.
/// </summary>
public interface IWindowsAuthenticator
{
    /// <summary>The client; null to refuse him.</summary>
    /// <param name="user">
    /// What the platform says of the account: its name, on Windows its SID and groups as well. May be returned with more identities or
    /// claims.
    /// </param>
    /// <param name="origin">What the transport knows about the message, and the services of its scope.</param>
    /// <param name="cancellationToken">Cancels the authentication.</param>
    /// <returns>
    /// A principal whose identity is authenticated and has a name, by which clients share limits; with another one the client is refused,
    /// and the log says why. Each request gets a copy.
    /// </returns>
    ValueTask<ClaimsPrincipal?> AuthenticateAsync(ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken);
}
