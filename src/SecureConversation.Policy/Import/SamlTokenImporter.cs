using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>
/// Reads sp:SamlToken (WS-SecurityPolicy 1.2 section 5.4.8): an assertion that the client has from wherever it likes. To this library it is
/// an issued token for which no issuer is named, so the client gets it by an IIssuedTokenProvider of the application.
/// </summary>
internal sealed class SamlTokenImporter(ImportContext context, SpVersion sp)
{
    private const string Saml11 = "urn:oasis:names:tc:SAML:1.0:assertion";
    private const string Saml20 = "urn:oasis:names:tc:SAML:2.0:assertion";

    /// <summary>Reads the token.</summary>
    /// <param name="token">The assertion of the policy.</param>
    /// <param name="key">The kind of key that a token has where this one stands. The policy does not say it.</param>
    public IssuedSecurityTokenParameters Read(Assertion token, SecurityKeyType key)
    {
        context.RequireNoParameters(token, sp.Name("IncludeToken"));
        var inside = context.Open(token);
        var derived = inside.TakeFlag(sp.Name("RequireDerivedKeys"));
        derived |= sp.IsOasis && inside.TakeFlag(sp.Name("RequireExplicitDerivedKeys"));
        inside.TakeFlag(sp.Name("RequireKeyIdentifierReference"));
        var isOf11 = inside.TakeFlag(sp.Name("WssSamlV11Token10")) | inside.TakeFlag(sp.Name("WssSamlV11Token11"));
        var isOf20 = inside.TakeFlag(sp.Name("WssSamlV20Token11"));
        inside.RefuseLeft();
        context.Warn("sp:SamlToken names no issuer: give the client an IIssuedTokenProvider. It does not say how the subject is confirmed: "
            + $"KeyType {key} is assumed, and a service takes no assertion by sender-vouches.");
        return new IssuedSecurityTokenParameters
        {
            TokenType = isOf11 == isOf20 ? null : isOf11 ? Saml11 : Saml20,
            KeyType = key,
            RequireDerivedKeys = derived && key == SecurityKeyType.SymmetricKey,
        };
    }
}
