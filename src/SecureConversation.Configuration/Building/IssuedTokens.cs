using SecureConversation.Binding;

namespace SecureConversation.Configuration.Building;

/// <summary>What the standard bindings add to issued tokens.</summary>
internal static class IssuedTokens
{
    /// <summary>The token of cards: what the credential type IssuedToken of wsHttpBinding stands for.</summary>
    public static IssuedSecurityTokenParameters Card(SecurityAlgorithmSuite suite) => new IssuedSecurityTokenParameters
    {
        TokenType = "urn:oasis:names:tc:SAML:1.0:assertion",
        KeyType = SecurityKeyType.AsymmetricKey,
        ClaimTypeRequirements =
            [new() { ClaimType = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/privatepersonalidentifier" }],
    }.WithAlgorithmParameters(suite, MessageSecurityVersion.Default);
}
