using SecureConversation.Credentials;

namespace SecureConversation.Binding;

/// <summary>
/// A bare RSA key of the client as an endorsing token: there is no token element, and the endorsing signature brings the public key in
/// ds:KeyValue. It proves that the client holds the key, not who he is: anybody can make one. So a service gives the application a claim of
/// type <see cref="System.Security.Claims.ClaimTypes.Rsa"/>, in an identity of its own that is not authenticated. WCF uses it to ask a
/// security token service for a token with this key.
/// </summary>
/// <remarks>
/// The key is <see cref="ClientCredentials.RsaKey"/>; where that is not set the client makes one of 2,048 bits for as long as it has its
/// credentials, unless the token is optional.
/// </remarks>
public sealed record RsaSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>Creates the parameters, never included and without derived keys, as WCF does.</summary>
    public RsaSecurityTokenParameters() => (InclusionMode, RequireDerivedKeys) = (SecurityTokenInclusionMode.Never, false);
}
