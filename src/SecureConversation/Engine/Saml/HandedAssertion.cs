using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>Has the token handler of the application judge an assertion, the very octets that were read.</summary>
internal static class HandedAssertion
{
    private const string Setting = "IssuedTokenAuthentication.TokenHandler";

    /// <summary>The holder.</summary>
    /// <exception cref="SecurityFailureException">The handler refuses it.</exception>
    public static async ValueTask<ClaimsPrincipal> RequireAsync(
        IIssuedTokenHandler handler, XmlElement element, CancellationToken cancellationToken)
    {
        using var token = new PooledBytes();

        // Declarations of the envelope that it uses come on top.
        element.WriteOnItsOwn(token, SamlAssertion.MaxBytes);
        return await ApplicationCode.AskAsync(
            Setting, () => handler.ValidateTokenAsync(token.Memory, cancellationToken), cancellationToken).ConfigureAwait(false)
            ?? Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, Setting, "it returned null");
    }
}
