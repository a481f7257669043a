namespace SecureConversation.Binding;

/// <summary>
/// The security settings of an endpoint, under the names of WCF: those that both sides must agree on, and the local settings of each.
/// Immutable; change a setting with <c>element with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 }</c>.
/// <see cref="MessageSecurityBinding.Create(SecurityBindingElement, MessageVersion, ChannelProtectionRequirements)"/> checks that the
/// settings fit together.
/// </summary>
public abstract partial record SecurityBindingElement
{
    private protected SecurityBindingElement()
    {
    }

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

    /// <summary>Whether a signature covers the token of its own key. Default false; true is not offered and refused.</summary>
    public bool ProtectTokens { get; init; }

    /// <summary>
    /// Whether the service sends and the client accepts replies without security. Default false; true is not offered and refused.
    /// </summary>
    public bool EnableUnsecuredResponse { get; init; }

    /// <summary>
    /// Whether tokens may travel over a transport that does not protect them, where the transport has to. Default false. Without effect on
    /// elements that protect messages themselves.
    /// </summary>
    public bool AllowInsecureTransport { get; init; }

    /// <summary>Tokens of the client in addition to the one that protects the message.</summary>
    public SupportingTokenParameters EndpointSupportingTokenParameters { get; init; } = SupportingTokenParameters.None;

    /// <summary>Settings of the client.</summary>
    public LocalClientSecuritySettings LocalClientSettings { get; init; } = new();

    /// <summary>Settings of the service.</summary>
    public LocalServiceSecuritySettings LocalServiceSettings { get; init; } = new();

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
