using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>A user name with its password (UsernameToken Profile 1.1). It has no key, so the primary signature covers it.</summary>
internal sealed class UserNameTokenKind : TokenKind
{
    public override string ElementName => "wsse:UsernameToken";

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Wsse.UsernameToken);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is UserNameSecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(
        SecurityTokenParameters parameters,
        SupportingTokenAttachment attachment,
        SecurityBindingElement element)
    {
        if (attachment is SupportingTokenAttachment.Endorsing or SupportingTokenAttachment.SignedEndorsing)
        {
            yield return "EndpointSupportingTokenParameters: a user name has no key to endorse with; list it under SignedEncrypted.";
        }

        if (attachment == SupportingTokenAttachment.Signed)
        {
            yield return "EndpointSupportingTokenParameters: under Signed a password would travel in clear; "
                + "list the user name under SignedEncrypted.";
        }
    }

    public override string? Missing(ClientCredentials credentials) =>
        credentials.UserName is null ? "The binding asks for a user name: set ClientCredentials.UserName." : null;

    public override string? Missing(ServiceCredentials credentials) =>
        credentials is { UserNamePasswordValidator: null, UserNameAuthenticator: null }
            ? "The binding asks clients for a user name: set ServiceCredentials.UserNamePasswordValidator or UserNameAuthenticator."
            : null;

    public override void WriteSupporting(PooledBytes output, string id, ClientCredentials credentials, bool bspAttributes) =>
        TokenWriter.UsernameToken(output, id, credentials.UserName ?? throw new InvalidOperationException(Missing(credentials)));

    public override async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken)
    {
        var (userName, password) = token.UserName!;
        if (authentication.Credentials.UserNameAuthenticator is { } authenticator)
        {
            return await ApplicationCode.AskAsync("UserNameAuthenticator",
                () => authenticator.AuthenticateAsync(userName, password, origin, cancellationToken), cancellationToken)
                .ConfigureAwait(false) is { } user
                ? ClientIdentity.Copy(user)
                : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "UserNameAuthenticator", "it returned null");
        }

        var validator = authentication.Credentials.UserNamePasswordValidator!;
        var isAccepted = await ApplicationCode.AskAsync("UserNamePasswordValidator",
            () => validator.ValidateAsync(userName, password, cancellationToken), cancellationToken).ConfigureAwait(false);
        return isAccepted ? ClientIdentity.FromUserName(userName)
            : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "UserNamePasswordValidator", "it returned false");
    }
}
