using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Building;

/// <summary>What the standard bindings add to issued tokens.</summary>
internal static class IssuedTokens
{
    /// <summary>The token of cards: what the credential type IssuedToken of wsHttpBinding stands for.</summary>
    public static IssuedSecurityTokenParameters Card(SecurityAlgorithmSuite suite) => new()
    {
        TokenType = "urn:oasis:names:tc:SAML:1.0:assertion",
        KeyType = SecurityKeyType.AsymmetricKey,
        ClaimTypeRequirements =
            [new() { ClaimType = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/privatepersonalidentifier" }],
        AdditionalRequestParameters = Algorithms(suite, MessageSecurityVersion.Default, SecurityKeyType.AsymmetricKey),
    };

    /// <summary>The elements of WS-Trust (1.3 section 9) by which a client asks for keys that fit an algorithm suite.</summary>
    public static ImmutableArray<string> Algorithms(SecurityAlgorithmSuite suite, MessageSecurityVersion version, SecurityKeyType key)
    {
        var isOasis = version.TrustVersion == TrustVersion.Trust13;
        XNamespace ns = isOasis ? "http://docs.oasis-open.org/ws-sx/ws-trust/200512" : "http://schemas.xmlsoap.org/ws/2005/02/trust";
        string Element(string name, string algorithm) =>
            new XElement(ns + name, new XAttribute(XNamespace.Xmlns + (isOasis ? "trust" : "t"), ns), algorithm)
                .ToString(SaveOptions.DisableFormatting);
        var all = new List<string>();
        if (key != SecurityKeyType.BearerKey)
        {
            var isSymmetric = key == SecurityKeyType.SymmetricKey;
            if (isOasis)
            {
                all.Add(Element("KeyWrapAlgorithm", suite.DefaultAsymmetricKeyWrapAlgorithm));
            }

            all.Add(Element("EncryptWith", isSymmetric ? suite.DefaultEncryptionAlgorithm : suite.DefaultAsymmetricKeyWrapAlgorithm));
            all.Add(Element(
                "SignWith", isSymmetric ? suite.DefaultSymmetricSignatureAlgorithm : suite.DefaultAsymmetricSignatureAlgorithm));
        }

        all.Add(Element("CanonicalizationAlgorithm", suite.DefaultCanonicalizationAlgorithm));
        all.Add(Element("EncryptionAlgorithm", suite.DefaultEncryptionAlgorithm));
        return [.. all];
    }
}
