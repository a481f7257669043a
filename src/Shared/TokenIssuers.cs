using SecureConversation.Credentials;

namespace SecureConversation.Shared;

/// <summary>Which security token service a client asks for a token.</summary>
internal static class TokenIssuers
{
    /// <summary>
    /// That of the binding or, where it names none, that of the credentials. The anonymous address of WS-Addressing, which policies write,
    /// names none. The address is null where nobody names one.
    /// </summary>
    public static (Uri? Address, Binding.SecurityBindingElement? Security) Of(
        Binding.IssuedSecurityTokenParameters parameters, IssuedTokenClientCredential credential) =>
        parameters.IssuerAddress is { } address && !address.AbsoluteUri.EndsWith("/anonymous", StringComparison.Ordinal)
            ? (address, parameters.IssuerSecurity)
            : (credential.LocalIssuerAddress, credential.LocalIssuerSecurity);
}
