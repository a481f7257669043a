using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A user name (UsernameToken Profile 1.1). Its sender proves that he knows the password by telling it, by a digest, or by using the key
/// that is made of it.
/// </summary>
internal sealed class UserNameTokenKind : TokenKind
{
    public override string ElementName => "wsse:UsernameToken";

    public override bool IsOfClient => true;

    public override bool OccursOnce => true;

    public override int Precedence => 2;

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Wsse.UsernameToken);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is UserNameSecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element)
    {
        var form = (UserNameSecurityTokenParameters)token.Parameters;
        if (token.Endorses)
        {
            foreach (var problem in CheckKey(form, setting, element, token.IsEncrypted))
            {
                yield return problem;
            }

            yield break;
        }

        if (token.Attachment == SupportingTokenAttachment.Signed && element is not TransportSecurityBindingElement
            && form is { PasswordType: UserNamePasswordType.Text, AllowClearTextPassword: false })
        {
            yield return $"{setting}: under Signed a password would travel in clear; list the user name under SignedEncrypted, or, where "
                + "the transport encrypts (TLS), set AllowClearTextPassword to true.";
        }

        if (form.RequireDerivedKeys)
        {
            yield return $"RequireDerivedKeys of {setting} must be false: this user name is no key to derive from.";
        }
    }

    /// <summary>Checks a user name that is a key: the protection token of a binding, or one that endorses.</summary>
    /// <param name="form">The parameters.</param>
    /// <param name="setting">The name of the setting.</param>
    /// <param name="element">The element that has the setting.</param>
    /// <param name="isEncrypted">Whether the token itself is encrypted.</param>
    public static IEnumerable<string> CheckKey(
        UserNameSecurityTokenParameters form, string setting, SecurityBindingElement element, bool isEncrypted)
    {
        if (element is TransportSecurityBindingElement)
        {
            yield return $"{setting}: a user name as the key is not offered over a transport that protects messages: list it under "
                + "SignedEncrypted.";
        }

        if (element.MessageSecurityVersion.SecurityVersion == SecurityVersion.WSSecurity10)
        {
            // Salt and Iteration are of WS-Security 1.1 (section 4 of the profile).
            yield return $"{setting}: a user name as the key needs WS-Security 1.1: choose a MessageSecurityVersion with WSSecurity11.";
        }

        if (isEncrypted)
        {
            yield return $"{setting}: a user name that is a key has to be read before anything is decrypted: list it under "
                + "SignedEndorsing.";
        }

        if (form.PasswordType != UserNamePasswordType.Text)
        {
            yield return $"PasswordType {form.PasswordType} of {setting}: a user name that is a key carries no password; leave it at Text.";
        }

        if (!form.RequireDerivedKeys && element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength > UserNameKey.Length * 8)
        {
            yield return $"{setting}: the key of a user name has 160 bits, too few for {element.DefaultAlgorithmSuite.Name}: set "
                + "RequireDerivedKeys to true, or choose a suite of 128 bits.";
        }

        if (element.MessageProtectionProfile != MessageProtectionProfile.Wcf)
        {
            yield return $"{setting}: MessageProtectionProfile {element.MessageProtectionProfile} is not offered with a key that is made "
                + "of a password: leave it at Wcf.";
        }
    }

    public override string? Missing(SecurityTokenParameters parameters, ClientCredentials credentials) =>
        credentials.UserName is null ? "The binding asks for a user name: set ClientCredentials.UserName." : null;

    public override string? Missing(SecurityTokenParameters parameters, ServiceCredentials credentials) =>
        ((UserNameSecurityTokenParameters)parameters).PasswordType == UserNamePasswordType.Digest
            ? MissingProvider(credentials, "digests of passwords")
        : credentials is { UserNamePasswordValidator: null, UserNameAuthenticator: null }
            ? "The binding asks clients for a user name: set ServiceCredentials.UserNamePasswordValidator or UserNameAuthenticator."
        : null;

    /// <summary>What a service lacks that has to know passwords; null when it does not.</summary>
    public static string? MissingProvider(ServiceCredentials credentials, string what) => credentials.UserNamePasswordProvider is null
        ? $"The binding has {what}, for which the service has to know the passwords: set ServiceCredentials.UserNamePasswordProvider."
        : null;

    public override ProvedToken Prove(XmlElement element, SecurityTokenParameters parameters)
    {
        var token = UsernameToken.Read(element);
        var form = (UserNameSecurityTokenParameters)parameters;
        token.Require(form);
        return new ProvedUserName(token, form);
    }

    public override void WriteSupporting(PooledBytes output, string id, SecurityTokenParameters parameters, TokenMaking making) =>
        UsernameTokenWriter.Write(output, id,
            making.Credentials.UserName ?? throw new InvalidOperationException(Missing(parameters, making.Credentials)),
            (UserNameSecurityTokenParameters)parameters, making);

    public override async ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken)
    {
        var sent = ((ProvedUserName)token).Token;
        var credentials = authentication.Credentials;
        var password = sent.IsDigest || sent.KeyInputs is not null
            ? await FindPasswordAsync(sent, credentials, cancellationToken).ConfigureAwait(false)
            : sent.Password ?? "";
        if (credentials.UserNameAuthenticator is { } authenticator)
        {
            return await ApplicationCode.AskAsync("UserNameAuthenticator",
                () => authenticator.AuthenticateAsync(sent.UserName, password, origin, cancellationToken), cancellationToken)
                .ConfigureAwait(false) is { } user
                ? ClientIdentity.Copy(user)
                : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "UserNameAuthenticator", "it returned null");
        }

        var isAccepted = credentials.UserNamePasswordValidator is not { } validator
            || await ApplicationCode.AskAsync("UserNamePasswordValidator",
                () => validator.ValidateAsync(sent.UserName, password, cancellationToken), cancellationToken).ConfigureAwait(false);
        return isAccepted ? ClientIdentity.FromUserName(sent.UserName)
            : Fail.With<ClaimsPrincipal>(FailureCode.InvalidCredentials, "UserNamePasswordValidator", "it returned false");
    }

    /// <summary>The password that a digest proves, or the key that has signed by now.</summary>
    private static async ValueTask<string> FindPasswordAsync(
        UsernameToken sent, ServiceCredentials credentials, CancellationToken cancellationToken)
    {
        const string Setting = nameof(ServiceCredentials.UserNamePasswordProvider);
        var known = await AskAsync(sent, credentials, cancellationToken).ConfigureAwait(false);
        if (!sent.IsDigest)
        {
            return known ?? Fail.With<string>(FailureCode.InvalidCredentials, Setting, "it returned null");
        }

        // For a user who does not exist the same is computed.
        var expected = Convert.ToBase64String(UserNameKey.Digest(known ?? "", sent.Nonce, sent.Created!));
        return UserNameKey.FixedTimeEquals(expected, sent.Password!) && known is not null
            ? known
            : Fail.With<string>(FailureCode.InvalidCredentials, Setting,
                known is null ? "it returned null" : "another digest than that of the password that it returned");
    }

    /// <summary>Asks the application for the password of a user; null when he does not exist.</summary>
    public static async ValueTask<string?> AskAsync(
        UsernameToken sent, ServiceCredentials credentials, CancellationToken cancellationToken)
    {
        var password = await ApplicationCode.AskAsync(nameof(ServiceCredentials.UserNamePasswordProvider),
            () => credentials.UserNamePasswordProvider!.FindPasswordAsync(sent.UserName, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

        // Anybody knows an empty one, and could make digests and keys of it.
        return string.IsNullOrEmpty(password) ? null : password;
    }
}
