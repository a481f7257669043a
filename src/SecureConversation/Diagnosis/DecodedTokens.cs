using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Diagnosis;

/// <summary>
/// The tokens of a recorded request whose keys protect or endorse it. A service judges their issuers, or asks for passwords; here the key
/// is all that is wanted, and whether it is the right one is told by the message.
/// </summary>
internal static class DecodedTokens
{
    /// <summary>The assertions with keys; null where the binding asks for none.</summary>
    /// <exception cref="SecurityFailureException">One has another shape.</exception>
    public static ReceivedAssertions? Assertions(
        SoapEnvelope wire, MessageRequirements requirements, Func<KeyReference, X509Credential?> findOwn)
    {
        if (!requirements.IssuedTokensWithKeys.Any())
        {
            return null;
        }

        var received = new ReceivedAssertions(findOwn);
        foreach (var item in SecurityHeader.Read(wire, requirements).Items.FindAll(item => item.Token == TokenKind.Saml))
        {
            var assertion = SamlAssertion.Read(item.Element, requirements.Protocol);
            var confirmation = assertion.Subject.Confirmations.FirstOrDefault(
                c => c is { Method: SamlConfirmationMethod.HolderOfKey, Key: not null });
            if (confirmation is not null)
            {
                received.Add(item.Position, new VerifiedAssertion(assertion, null, confirmation));
            }
        }

        return received;
    }

    /// <summary>
    /// The key that is made of the password of the user in a request; null where the binding has none, or nobody knows it.
    /// </summary>
    /// <exception cref="SecurityFailureException">The token has another shape.</exception>
    public static (string Id, SymmetricKey Key)? UserName(
        SoapEnvelope wire, MessageRequirements requirements, Func<string, string?>? passwords)
    {
        if ((requirements.PrimaryUserName ?? requirements.EndorsingUserName) is not { } form || passwords is null)
        {
            return null;
        }

        foreach (var child in wire.FindSecurity().Children)
        {
            if (child.Is(Wsse.UsernameToken) && child.GetId(Wsu.Id) is { } id)
            {
                var token = UsernameToken.Read(child);
                token.RequireKey(form);
                return passwords(token.UserName) is { } password ? (id.ToString(), UserNameKey.Derive(password, token.KeyInputs!)) : null;
            }
        }

        return null;
    }
}
