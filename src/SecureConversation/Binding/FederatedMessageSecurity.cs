using System.Collections.Immutable;

namespace SecureConversation.Binding;

/// <summary>
/// The message security settings of WSFederationHttpBinding and WS2007FederationHttpBinding: the client has a token of an issuer. Creates
/// the same binding element as those bindings do. One default differs from WCF, whose default is not offered: the certificate of the
/// service is not negotiated.
/// </summary>
public sealed record FederatedMessageSecurity
{
    /// <summary>
    /// Whether client and service negotiate the certificate of the service. Default false: the client needs the certificate beforehand.
    /// Without effect where the transport protects messages.
    /// </summary>
    public bool NegotiateServiceCredential { get; init; }

    /// <summary>True (default): the client opens a session. False: each message is secured on its own.</summary>
    public bool EstablishSecurityContext { get; init; } = true;

    /// <summary>The algorithm suite. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    public SecurityAlgorithmSuite AlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default;

    /// <summary>
    /// The versions of the protocols. Default: those of WSFederationHttpBinding. WS2007FederationHttpBinding has
    /// <see cref="MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10"/>.
    /// </summary>
    public MessageSecurityVersion MessageSecurityVersion { get; init; } =
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    /// <summary>The kind of key that the token has. Default symmetric. A token without key needs WS-Trust 1.3.</summary>
    public SecurityKeyType IssuedKeyType { get; init; }

    /// <summary>The URI of the type of token; null (default) leaves it to the security token service.</summary>
    public string? IssuedTokenType { get; init; }

    /// <summary>The address of the security token service; null (default) where the client knows it.</summary>
    public Uri? IssuerAddress { get; init; }

    /// <summary>The address of the description of the security token service.</summary>
    public Uri? IssuerMetadataAddress { get; init; }

    /// <summary>The security of the security token service; null (default) where the client knows it.</summary>
    public SecurityBindingElement? IssuerSecurity { get; init; }

    /// <summary>The claims that the token has to make.</summary>
    public ImmutableArray<ClaimTypeRequirement> ClaimTypeRequirements { get; init; } = [];

    /// <summary>Elements, each one XML text, that the client adds to its RequestSecurityToken.</summary>
    public ImmutableArray<string> TokenRequestParameters { get; init; } = [];

    /// <summary>Compares the items of lists, not the arrays.</summary>
    public bool Equals(FederatedMessageSecurity? other) =>
        other is not null
        && NegotiateServiceCredential == other.NegotiateServiceCredential
        && EstablishSecurityContext == other.EstablishSecurityContext
        && AlgorithmSuite == other.AlgorithmSuite
        && MessageSecurityVersion == other.MessageSecurityVersion
        && CreateIssuedTokenParameters().Equals(other.CreateIssuedTokenParameters());

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(NegotiateServiceCredential, EstablishSecurityContext, CreateIssuedTokenParameters());

    /// <summary>The parameters of the token, with the algorithms that the client asks for.</summary>
    public IssuedSecurityTokenParameters CreateIssuedTokenParameters() => new IssuedSecurityTokenParameters
    {
        TokenType = IssuedTokenType,
        KeyType = IssuedKeyType,
        KeySize = IssuedKeyType == SecurityKeyType.SymmetricKey ? AlgorithmSuite.DefaultSymmetricKeyLength : 0,
        IssuerAddress = IssuerAddress,
        IssuerMetadataAddress = IssuerMetadataAddress,
        IssuerSecurity = IssuerSecurity,
        ClaimTypeRequirements = ClaimTypeRequirements,
        AdditionalRequestParameters = TokenRequestParameters,
    }.WithAlgorithmParameters(AlgorithmSuite, MessageSecurityVersion);

    /// <summary>
    /// Creates the binding element of the token. If <see cref="EstablishSecurityContext"/> is true, that element becomes the bootstrap of a
    /// secure conversation element.
    /// </summary>
    /// <param name="isSecureTransportMode">
    /// True for the mode TransportWithMessageCredential, where the transport protects messages; false for the mode Message.
    /// </param>
    /// <exception cref="InvalidOperationException">Settings contradict each other; the message names them.</exception>
    public SecurityBindingElement CreateSecurityBindingElement(bool isSecureTransportMode)
    {
        var isOasis = MessageSecurityVersion.TrustVersion == TrustVersion.Trust13;
        if (IssuedKeyType == SecurityKeyType.BearerKey && !isOasis)
        {
            throw new InvalidOperationException("IssuedKeyType BearerKey needs WS-Trust 1.3, since WS-Trust of February 2005 has no tokens "
                + "without key: use the versions of WS2007FederationHttpBinding, or another IssuedKeyType.");
        }

        var token = CreateIssuedTokenParameters();
        // With WS-SecurityPolicy 1.1 WCF negotiates a context whose state travels in a cookie.
        SecurityBindingElement element = isSecureTransportMode
            ? SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(token)
            : NegotiateServiceCredential
                ? SecurityBindingElement.CreateIssuedTokenForSslBindingElement(token, requireCancellation: isOasis)
                : SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token);
        return StandardBindings.Finish(element, AlgorithmSuite, MessageSecurityVersion, EstablishSecurityContext);
    }
}
