using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>The message security of the federation bindings.</summary>
internal sealed class FederationSecurity(TokenBuilder tokens)
{
    public (ConfiguredMessageSecurity Settings, SecurityBindingElement? Element) Create(
        ConfigNode message, MessageSecurityVersion version, bool overTransport)
    {
        var issuer = message.Child("issuer");
        var issuerBinding = tokens.IssuerBinding(issuer);
        var federated = Federated(message, version) with
        {
            IssuerAddress = issuer?.Get<Uri?>("address"),
            IssuerSecurity = issuerBinding?.Security,
        };
        var settings = new ConfiguredMessageSecurity
        {
            ClientCredentialType = MessageCredentialType.IssuedToken,
            AlgorithmSuite = federated.AlgorithmSuite,
            NegotiateServiceCredential = federated.NegotiateServiceCredential,
            EstablishSecurityContext = federated.EstablishSecurityContext,
            IssuedToken = federated.CreateIssuedTokenParameters(),
            IssuerBinding = issuerBinding,
        };
        if (overTransport)
        {
            message.NoteWithoutEffect("The certificate of the service is that of the transport.", "negotiateServiceCredential");
        }

        if (federated.IssuedKeyType == SecurityKeyType.BearerKey && version.TrustVersion != TrustVersion.Trust13)
        {
            message.Error(
                "WS-Trust of February 2005 has no tokens without key.", "Use ws2007FederationHttpBinding.", "issuedKeyType", "BearerKey");
            return (settings, null);
        }

        return (settings, federated.CreateSecurityBindingElement(overTransport));
    }

    private static FederatedMessageSecurity Federated(ConfigNode message, MessageSecurityVersion version) => new()
    {
        MessageSecurityVersion = version,
        AlgorithmSuite = message.Get<SecurityAlgorithmSuite>("algorithmSuite"),
        NegotiateServiceCredential = message.Flag("negotiateServiceCredential"),
        EstablishSecurityContext = message.Flag("establishSecurityContext"),
        IssuedTokenType = TokenBuilder.NullIfEmpty(message.Text("issuedTokenType")),
        IssuedKeyType = message.Get<SecurityKeyType>("issuedKeyType"),
        IssuerMetadataAddress = message.Child("issuerMetadata")?.Get<Uri?>("address"),
        ClaimTypeRequirements = TokenBuilder.Claims(message),
        TokenRequestParameters = message.Child("tokenRequestParameters")?.RawChildren ?? [],
    };
}
