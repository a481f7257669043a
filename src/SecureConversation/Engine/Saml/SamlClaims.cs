using System.Globalization;
using System.Security.Claims;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Saml;

/// <summary>Makes an identity of what an assertion says. Its claims have the types that Windows Identity Foundation gives them.</summary>
internal static class SamlClaims
{
    private const string Properties = "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/";

    /// <summary>The identity. Each call makes a new one, since applications add to them.</summary>
    public static ClaimsIdentity CreateIdentity(SamlAssertion assertion, IssuedTokenAuthentication options)
    {
        var claims = new List<Claim>(assertion.Attributes.Count + 2);
        if (assertion.Subject.Name is { Value.Length: > 0 } name)
        {
            claims.Add(NameIdentifier(name, assertion.Issuer));
        }

        foreach (var attribute in assertion.Attributes)
        {
            foreach (var value in attribute.Values)
            {
                claims.Add(new Claim(attribute.ClaimType, value.Text, value.Type ?? ClaimValueTypes.String, assertion.Issuer,
                    attribute.OriginalIssuer ?? assertion.Issuer));
            }
        }

        foreach (var authentication in assertion.Authentications)
        {
            if (authentication.Method is { } method)
            {
                claims.Add(new Claim(ClaimTypes.AuthenticationMethod, method, ClaimValueTypes.String, assertion.Issuer));
            }

            claims.Add(new Claim(ClaimTypes.AuthenticationInstant,
                authentication.Instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
                ClaimValueTypes.DateTime, assertion.Issuer));
        }

        // WCF's name is that of the subject. An attribute with a name goes before it.
        var nameType = claims.Exists(claim => claim.Type == options.NameClaimType && claim.Value.Length > 0)
            ? options.NameClaimType
            : ClaimTypes.NameIdentifier;
        return new ClaimsIdentity(claims, ClientAuthenticationTypes.Federation, nameType, options.RoleClaimType);
    }

    private static Claim NameIdentifier(SamlName name, string issuer)
    {
        var claim = new Claim(ClaimTypes.NameIdentifier, name.Value, ClaimValueTypes.String, issuer);
        Add("format", name.Format);
        Add("namequalifier", name.NameQualifier);
        Add("spnamequalifier", name.SpNameQualifier);
        Add("spprovidedid", name.SpProvidedId);
        return claim;

        void Add(string property, string? value)
        {
            if (value is not null)
            {
                claim.Properties[Properties + property] = value;
            }
        }
    }
}
