using System.Security.Claims;

namespace SecureConversation.Credentials;

/// <summary>
/// Judges assertions for a service in the place of <see cref="IssuedTokenAuthentication"/>, where an application has a token handler
/// already, such as the Saml2SecurityTokenHandler of Microsoft.IdentityModel. Signature, issuer, audience and conditions are its business
/// then.
/// </summary>
/// <remarks>
/// What stays here: the form of the assertion and its limits, one subject, its times and its place in the message, which key its holder has
/// to prove and the proof, and that a token for one use comes once. Several threads may call it at once.
/// </remarks>
public interface IIssuedTokenHandler
{
    /// <summary>
    /// Validates an assertion. Nobody has proved to hold its key yet, and its sender may be anybody: what it says is true once the
    /// signature of an issuer is verified. It is called before a private key of the service is used for the message.
    /// </summary>
    /// <param name="token">
    /// The assertion in UTF-8, as its issuer wrote it: an element that stands on its own, with all namespaces that it needs. Valid during
    /// the call; at most 192 KiB.
    /// </param>
    /// <param name="cancellationToken">Cancels the validation.</param>
    /// <returns>
    /// The holder, whose identity is authenticated and has a name; null to refuse the token. An exception refuses it as well, as a failure
    /// of the handler: catch those by which it refuses.
    /// </returns>
    ValueTask<ClaimsPrincipal?> ValidateTokenAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken);
}
