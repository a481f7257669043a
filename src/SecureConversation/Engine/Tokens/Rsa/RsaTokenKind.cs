using System.Security.Claims;
using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A bare RSA key (WS-SecurityPolicy 1.2 section 5.4.10, RsaSecurityTokenParameters of WCF). It has no element: an endorsing signature
/// brings it in ds:KeyValue. Anybody can make one, so it says nothing but that it signed.
/// </summary>
internal sealed class RsaTokenKind : TokenKind
{
    public override string ElementName => "ds:KeyValue";

    public override bool IsOfClient => true;

    public override bool IsSent => false;

    public override bool SignsWithPrivateKey(SecurityTokenParameters parameters) => true;

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => false;

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is RsaSecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element)
    {
        if (token.Attachment != SupportingTokenAttachment.Endorsing)
        {
            yield return $"{setting}: an RSA key has no token to sign or encrypt; list it under Endorsing.";
        }

        if (token.Parameters.InclusionMode != SecurityTokenInclusionMode.Never || token.Parameters.RequireDerivedKeys)
        {
            yield return $"{setting}: RsaSecurityTokenParameters need InclusionMode Never and RequireDerivedKeys = false, as in WCF: leave "
                + "both at their default.";
        }

        if (element.MessageProtectionProfile != MessageProtectionProfile.Wcf)
        {
            yield return $"{setting}: MessageProtectionProfile {element.MessageProtectionProfile} signs every token, and an RSA key has "
                + "none: leave the profile at Wcf.";
        }
    }

    /// <summary>A client makes a key where it has none, but not for a token that may be left out.</summary>
    public override string? Missing(SecurityTokenParameters parameters, ClientCredentials credentials) =>
        credentials.RsaKey is null ? "The client has no RSA key: set ClientCredentials.RsaKey." : null;

    public override ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ProvedToken token,
        TokenAuthentication authentication,
        MessageOrigin origin,
        CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ClaimsPrincipal(IdentityOf(((ProvedRsaKey)token).PublicKey)));

    /// <summary>The key as a claim, in an identity that is not authenticated.</summary>
    private static ClaimsIdentity IdentityOf(RSAParameters key)
    {
        const string RsaKeyValue = "http://www.w3.org/2000/09/xmldsig#RSAKeyValue";
        var value = $"<RSAKeyValue><Modulus>{Convert.ToBase64String(key.Modulus!)}</Modulus>"
            + $"<Exponent>{Convert.ToBase64String(key.Exponent!)}</Exponent></RSAKeyValue>";
        return new ClaimsIdentity([new Claim(ClaimTypes.Rsa, value, RsaKeyValue)]);
    }
}
