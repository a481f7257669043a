namespace SecureConversation.Binding;

/// <summary>
/// The security settings of an endpoint, under the names of WCF: those that both sides must agree on, and the local settings of each.
/// Immutable; change a setting with <c>element with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 }</c>.
/// <c>MessageSecurityBinding.Create</c> checks that the settings fit together.
/// </summary>
public abstract partial record SecurityBindingElement
{
    private protected SecurityBindingElement()
    {
    }

    /// <summary>The token of the session whose messages the element protects; null when it establishes none.</summary>
    internal virtual SecureConversationSecurityTokenParameters? SessionToken => null;

    /// <summary>The token that client and service negotiate, and that protects messages; null where there is none.</summary>
    internal SecurityTokenParameters? NegotiatedToken =>
        (this as SymmetricSecurityBindingElement)?.ProtectionTokenParameters is { } token
            and (SslSecurityTokenParameters or SspiSecurityTokenParameters) ? token : null;

    /// <summary>The versions of the protocols. Default <see cref="MessageSecurityVersion.Default"/>.</summary>
    public MessageSecurityVersion MessageSecurityVersion { get; init; } = MessageSecurityVersion.Default;

    /// <summary>The algorithm suite. Default <see cref="SecurityAlgorithmSuite.Basic256"/>.</summary>
    public SecurityAlgorithmSuite DefaultAlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default;

    /// <summary>The order of the children of the security header. Default <see cref="SecurityHeaderLayout.Strict"/>.</summary>
    public SecurityHeaderLayout SecurityHeaderLayout { get; init; } = SecurityHeaderLayout.Strict;

    /// <summary>Whether messages carry a timestamp. Default true.</summary>
    public bool IncludeTimestamp { get; init; } = true;

    /// <summary>
    /// Who contributes to the key of a session. Default <see cref="SecurityKeyEntropyMode.CombinedEntropy"/>. That of a bootstrap has no
    /// effect, as in WCF: the element of the session decides.
    /// </summary>
    public SecurityKeyEntropyMode KeyEntropyMode { get; init; } = SecurityKeyEntropyMode.CombinedEntropy;

    /// <summary>
    /// The order of signing and encrypting. Default <see cref="MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature"/>.
    /// </summary>
    public MessageProtectionOrder MessageProtectionOrder { get; init; } = MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature;

    /// <summary>
    /// How much of a message its signature covers. Default <see cref="MessageProtectionProfile.Wcf"/>, the only one that WCF understands.
    /// <see cref="MessageProtectionProfile.Bound"/> lifts limits of WCF's wire where both ends are of this library: ciphertext is
    /// authenticated before it is decrypted, nobody can change a token, a nonce or a namespace, and no other client can put its
    /// endorsement in the place of that of the sender. Encrypts first, so <see cref="MessageProtectionOrder"/> must be left at its
    /// default or set to <see cref="MessageProtectionOrder.EncryptBeforeSign"/>. For symmetric bindings and sessions; set it on the
    /// bootstrap of a session as well.
    /// </summary>
    public MessageProtectionProfile MessageProtectionProfile { get; init; }

    /// <summary>
    /// Whether a reply confirms the signatures of its request (WS-Security 1.1 section 8.5). Default false; some factories set it.
    /// </summary>
    public bool RequireSignatureConfirmation { get; init; }

    /// <summary>
    /// Whether the signatures that this side makes cover the declarations of prefixes in values, as the q of <c>xsi:type="q:X"</c>. Default
    /// true. Exclusive canonicalization leaves them out, so that somebody on the way could bind the prefix to another namespace; the
    /// sender therefore lists these prefixes in <c>ec:InclusiveNamespaces</c> (Exclusive XML Canonicalization 1.0, section 3): at most
    /// 4,096 for a part and 32 KiB for a message. The prefixes that an encrypted part uses or declares are listed as well, so that no
    /// ciphertext of somebody else can stand there. Those beyond, and those that are not ASCII, which WCF does not find in a list, are sent
    /// as WCF sends all, and the log has one warning.
    /// <see cref="MessageProtectionProfile.Bound"/> lists all prefixes of a part, and refuses to send one that has more. WCF, WSS4J and
    /// xmlsec1 take such messages. Set it to false for a receiver that does not.
    /// </summary>
    public bool SignPrefixesInValues { get; init; } = true;

    /// <summary>
    /// Whether the primary signature covers the token of its own key, where the message brings that token (WS-SecurityPolicy 1.2 section
    /// 6.5). Default false. With true our side covers it in requests and replies, and a service demands it of requests, as WCF's does.
    /// Clients of WCF cover tokens of an issuer only, so that services of WCF refuse them with certificates.
    /// </summary>
    public bool ProtectTokens { get; init; }

    /// <summary>
    /// Whether the service sends replies without security, and the client accepts such. Default false. With true whoever is on the way can
    /// read and change replies, unless the transport protects them: a client and a service that start say so in their log, and
    /// <see cref="VerifiedMessage.IsSecured"/> is false for such a reply. A reply that has a security header is verified as ever. Other
    /// than in WCF, faults stay protected, and so do the messages that open, renew and end sessions; on the bootstrap of a session true is
    /// refused.
    /// </summary>
    public bool EnableUnsecuredResponse { get; init; }

    /// <summary>
    /// Whether tokens may travel over a transport that does not protect them, where the transport has to
    /// (<see cref="TransportSecurityBindingElement"/>). Default false: the service refuses what did not come over a protected transport,
    /// and the client sends nothing. True is for a service behind a proxy that ends TLS and does not say so. Without effect on elements
    /// that protect messages themselves.
    /// </summary>
    public bool AllowInsecureTransport { get; init; }

    /// <summary>Tokens of the client in addition to the one that protects the message, in each request.</summary>
    public SupportingTokenParameters EndpointSupportingTokenParameters { get; init; } = SupportingTokenParameters.None;

    /// <summary>
    /// The same of tokens that a request may lack. A client leaves out those for which it has no credential, but for those of an issuer,
    /// which it gets. A service takes a request without them; one that is there is checked as any other, and gives the identity of the
    /// client as any other: a user name before a certificate.
    /// </summary>
    public SupportingTokenParameters OptionalEndpointSupportingTokenParameters { get; init; } = SupportingTokenParameters.None;

    /// <summary>
    /// Further tokens in requests of single operations, by action. Needs WS-Addressing, where the action is signed. In a session they
    /// stand on the bootstrap, whose only operations are those of the handshake.
    /// </summary>
    public OperationSupportingTokens OperationSupportingTokenParameters { get; init; } = OperationSupportingTokens.None;

    /// <summary>
    /// The same of tokens that a request may lack; see <see cref="OptionalEndpointSupportingTokenParameters"/>.
    /// </summary>
    public OperationSupportingTokens OptionalOperationSupportingTokenParameters { get; init; } = OperationSupportingTokens.None;

    /// <summary>Settings of the client.</summary>
    public LocalClientSecuritySettings LocalClientSettings { get; init; } = new();

    /// <summary>Settings of the service.</summary>
    public LocalServiceSecuritySettings LocalServiceSettings { get; init; } = new();

    /// <summary>All supporting tokens that any request may have: of the endpoint and of operations, optional ones included.</summary>
    public IEnumerable<SecurityTokenParameters> GetSupportingTokenParameters() =>
    [
        .. EndpointSupportingTokenParameters.All,
        .. OptionalEndpointSupportingTokenParameters.All,
        .. OperationSupportingTokenParameters.Values.SelectMany(tokens => tokens.All),
        .. OptionalOperationSupportingTokenParameters.Values.SelectMany(tokens => tokens.All),
    ];

    /// <summary>
    /// Returns a copy in which the tokens that protect messages require derived keys or not. Supporting tokens do not change, nor does the
    /// bootstrap of a session: call this method on the bootstrap as well.
    /// </summary>
    public abstract SecurityBindingElement SetKeyDerivation(bool requireDerivedKeys);

    /// <summary>
    /// Returns a copy for peers that use Apache CXF or WSS4J, which refuse messages without the attributes of the Basic Security Profile
    /// 1.0 unless they are told otherwise: <see cref="MessageSecurityVersion"/> of the element, and of the bootstrap of a session,
    /// becomes the one of the same protocols that writes them. Nothing else changes. What the peer needs is in docs/interop.md.
    /// </summary>
    public abstract SecurityBindingElement ForCxfAndWss4j();
}
