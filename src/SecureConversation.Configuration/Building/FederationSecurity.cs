using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>The message security of the federation bindings.</summary>
internal sealed class FederationSecurity(TokenBuilder tokens)
{
    public (ConfiguredMessageSecurity Settings, SecurityBindingElement? Element) Create(
        ConfigNode message, MessageSecurityVersion version, bool overTransport)
    {
        var token = Token(message, version);
        var settings = new ConfiguredMessageSecurity
        {
            ClientCredentialType = MessageCredentialType.IssuedToken,
            AlgorithmSuite = message.Get<SecurityAlgorithmSuite>("algorithmSuite"),
            NegotiateServiceCredential = message.Flag("negotiateServiceCredential"),
            EstablishSecurityContext = message.Flag("establishSecurityContext"),
            IssuedToken = token,
        };
        if (overTransport)
        {
            message.NoteWithoutEffect("The certificate of the service is that of the transport.", "negotiateServiceCredential");
        }

        var isOasis = version.TrustVersion == TrustVersion.Trust13;
        if (token.KeyType == SecurityKeyType.BearerKey && !isOasis)
        {
            message.Error(
                "WS-Trust of February 2005 has no tokens without key.", "Use ws2007FederationHttpBinding.", "issuedKeyType", "BearerKey");
            return (settings, null);
        }

        // With WS-SecurityPolicy 1.1 WCF negotiates a context whose state travels in a cookie.
        SecurityBindingElement element = overTransport
            ? SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(token)
            : settings.NegotiateServiceCredential
                ? SecurityBindingElement.CreateIssuedTokenForSslBindingElement(token, isOasis)
                : SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token);
        return (settings, StandardSecurity.Finish(element, settings.AlgorithmSuite, version, settings.EstablishSecurityContext));
    }

    private IssuedSecurityTokenParameters Token(ConfigNode message, MessageSecurityVersion version)
    {
        var suite = message.Get<SecurityAlgorithmSuite>("algorithmSuite");
        var key = message.Get<SecurityKeyType>("issuedKeyType");
        var issuer = message.Child("issuer");
        return new()
        {
            TokenType = TokenBuilder.NullIfEmpty(message.Text("issuedTokenType")),
            KeyType = key,
            KeySize = key == SecurityKeyType.SymmetricKey ? suite.DefaultSymmetricKeyLength : 0,
            IssuerAddress = issuer?.Get<Uri?>("address"),
            IssuerSecurity = tokens.IssuerBinding(issuer),
            IssuerMetadataAddress = message.Child("issuerMetadata")?.Get<Uri?>("address"),
            ClaimTypeRequirements = TokenBuilder.Claims(message),
            AdditionalRequestParameters =
            [
                .. IssuedTokens.Algorithms(suite, version, key),
                .. message.Child("tokenRequestParameters")?.RawChildren ?? [],
            ],
        };
    }
}
