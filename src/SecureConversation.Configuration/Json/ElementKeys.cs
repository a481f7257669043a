using System.Collections.Immutable;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>The properties of binding elements, which change what the factory made.</summary>
internal static class ElementKeys
{
    public static ObjectForm<SecurityBindingElement> Form { get; } = new(nameof(SecurityBindingElement),
        () => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
    [
        new Key<SecurityBindingElement, SecurityAlgorithmSuite>(nameof(SecurityBindingElement.DefaultAlgorithmSuite),
            "The algorithms. Default Basic256, which signs with SHA-1; choose Basic256Sha256 where both ends can.",
            Names.AlgorithmSuite, e => e.DefaultAlgorithmSuite, (e, v) => e with { DefaultAlgorithmSuite = v }),
        new Key<SecurityBindingElement, SecurityHeaderLayout>(nameof(SecurityBindingElement.SecurityHeaderLayout),
            "The order of the children of the security header. Default Strict.",
            EnumForm.Of<SecurityHeaderLayout>(), e => e.SecurityHeaderLayout, (e, v) => e with { SecurityHeaderLayout = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.IncludeTimestamp),
            "Whether messages carry a timestamp. Default true.",
            TruthForm.Instance, e => e.IncludeTimestamp, (e, v) => e with { IncludeTimestamp = v }),
        new Key<SecurityBindingElement, SecurityKeyEntropyMode>(nameof(SecurityBindingElement.KeyEntropyMode),
            "Who contributes to the key of a session. Default CombinedEntropy.",
            EnumForm.Of<SecurityKeyEntropyMode>(), e => e.KeyEntropyMode, (e, v) => e with { KeyEntropyMode = v }),
        new Key<SecurityBindingElement, MessageProtectionOrder>(nameof(SecurityBindingElement.MessageProtectionOrder),
            "The order of signing and encrypting. Default SignBeforeEncryptAndEncryptSignature.",
            EnumForm.Of<MessageProtectionOrder>(), e => e.MessageProtectionOrder, (e, v) => e with { MessageProtectionOrder = v }),
        new Key<SecurityBindingElement, MessageProtectionProfile>(nameof(SecurityBindingElement.MessageProtectionProfile),
            "How much of a message its signature covers. Default Wcf; Bound and Strong are for ends of this library only.",
            EnumForm.Of<MessageProtectionProfile>(), e => e.MessageProtectionProfile, (e, v) => e with { MessageProtectionProfile = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.RequireSignatureConfirmation),
            "Whether a reply confirms the signatures of its request. Its default is that of the authentication mode.",
            TruthForm.Instance, e => e.RequireSignatureConfirmation, (e, v) => e with { RequireSignatureConfirmation = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.SignPrefixesInValues),
            "Whether signatures cover the declarations of prefixes in values. Default true.",
            TruthForm.Instance, e => e.SignPrefixesInValues, (e, v) => e with { SignPrefixesInValues = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.ProtectTokens),
            "Whether the primary signature covers the token of its own key, where the message brings that. Default false.",
            TruthForm.Instance, e => e.ProtectTokens, (e, v) => e with { ProtectTokens = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.EnableUnsecuredResponse),
            "Whether replies are sent and taken without security; faults and handshakes stay protected. Default false.",
            TruthForm.Instance, e => e.EnableUnsecuredResponse, (e, v) => e with { EnableUnsecuredResponse = v }),
        new Key<SecurityBindingElement, bool>(nameof(SecurityBindingElement.AllowInsecureTransport),
            "Whether tokens may travel over a transport that does not protect them, where the transport has to. Default false.",
            TruthForm.Instance, e => e.AllowInsecureTransport, (e, v) => e with { AllowInsecureTransport = v }),
        new Key<SecurityBindingElement, bool>(nameof(AsymmetricSecurityBindingElement.AllowSerializedSigningTokenOnReply),
            "Whether replies may carry the certificate of the service, where each side signs with its own key. Default false.",
            TruthForm.Instance, e => ((AsymmetricSecurityBindingElement)e).AllowSerializedSigningTokenOnReply,
            (e, v) => (AsymmetricSecurityBindingElement)e with { AllowSerializedSigningTokenOnReply = v })
        {
            Misplaced = NotAsymmetric,
        },
        new Key<SecurityBindingElement, SecurityTokenParameters?>(nameof(SymmetricSecurityBindingElement.ProtectionTokenParameters),
            "The token that protects the message, where one key protects request and reply. Keys change that of the authentication mode.",
            new TokenForm(isItem: false), e => ((SymmetricSecurityBindingElement)e).ProtectionTokenParameters,
            (e, v) => (SymmetricSecurityBindingElement)e with { ProtectionTokenParameters = v })
        {
            Misplaced = e => e is SymmetricSecurityBindingElement ? null
                : "ProtectionTokenParameters belongs to modes where one key protects request and reply: remove it.",
        },
        new Key<SecurityBindingElement, SecurityTokenParameters?>(nameof(AsymmetricSecurityBindingElement.InitiatorTokenParameters),
            "The token of the client, where each side signs with its own key. Keys change that of the authentication mode.",
            new TokenForm(isItem: false), e => ((AsymmetricSecurityBindingElement)e).InitiatorTokenParameters,
            (e, v) => (AsymmetricSecurityBindingElement)e with { InitiatorTokenParameters = v })
        {
            Misplaced = NotAsymmetric,
        },
        new Key<SecurityBindingElement, SecurityTokenParameters?>(nameof(AsymmetricSecurityBindingElement.RecipientTokenParameters),
            "The token of the service, where each side signs with its own key. Keys change that of the authentication mode.",
            new TokenForm(isItem: false), e => ((AsymmetricSecurityBindingElement)e).RecipientTokenParameters,
            (e, v) => (AsymmetricSecurityBindingElement)e with { RecipientTokenParameters = v })
        {
            Misplaced = NotAsymmetric,
        },
        new Key<SecurityBindingElement, SupportingTokenParameters>(nameof(SecurityBindingElement.EndpointSupportingTokenParameters),
            "Tokens of the client in addition to the one that protects the message. A list takes the place of that of the mode.",
            Supporting, e => e.EndpointSupportingTokenParameters, (e, v) => e with { EndpointSupportingTokenParameters = v }),
        new Key<SecurityBindingElement, SupportingTokenParameters>(nameof(SecurityBindingElement.OptionalEndpointSupportingTokenParameters),
            "Tokens of the client that a request may lack.", Supporting, e => e.OptionalEndpointSupportingTokenParameters,
            (e, v) => e with { OptionalEndpointSupportingTokenParameters = v }),
        new Key<SecurityBindingElement, OperationSupportingTokens>(nameof(SecurityBindingElement.OperationSupportingTokenParameters),
            "Further tokens in requests of single operations, by action; Action * is for all others.", OperationTokensForm.Instance,
            e => e.OperationSupportingTokenParameters, (e, v) => e with { OperationSupportingTokenParameters = v }),
        new Key<SecurityBindingElement, OperationSupportingTokens>(
            nameof(SecurityBindingElement.OptionalOperationSupportingTokenParameters),
            "Further tokens that requests of single operations may lack.", OperationTokensForm.Instance,
            e => e.OptionalOperationSupportingTokenParameters, (e, v) => e with { OptionalOperationSupportingTokenParameters = v }),
        new Key<SecurityBindingElement, LocalClientSecuritySettings>(nameof(SecurityBindingElement.LocalClientSettings),
            "Settings of the client.", LocalSettingsForms.Client, e => e.LocalClientSettings, (e, v) => e with { LocalClientSettings = v }),
        new Key<SecurityBindingElement, LocalServiceSecuritySettings>(nameof(SecurityBindingElement.LocalServiceSettings),
            "Settings of the service.", LocalSettingsForms.Service, e => e.LocalServiceSettings,
            (e, v) => e with { LocalServiceSettings = v }),
    ]);

    /// <summary>The lists of supporting tokens.</summary>
    public static ObjectForm<SupportingTokenParameters> Supporting => new(nameof(SupportingTokenParameters), () => new(),
    [
        Tokens(nameof(SupportingTokenParameters.Endorsing), "Tokens that sign the message signature.",
            t => t.Endorsing, (t, v) => t with { Endorsing = v }),
        Tokens(nameof(SupportingTokenParameters.Signed), "Tokens that the message signature covers.",
            t => t.Signed, (t, v) => t with { Signed = v }),
        Tokens(nameof(SupportingTokenParameters.SignedEncrypted), "Tokens that the message signature covers and that are encrypted.",
            t => t.SignedEncrypted, (t, v) => t with { SignedEncrypted = v }),
        Tokens(nameof(SupportingTokenParameters.SignedEndorsing), "Tokens that the message signature covers and that sign it.",
            t => t.SignedEndorsing, (t, v) => t with { SignedEndorsing = v }),
        Tokens(nameof(SupportingTokenParameters.Encrypted), "Tokens that are encrypted and that nothing need sign.",
            t => t.Encrypted, (t, v) => t with { Encrypted = v }),
        Tokens(nameof(SupportingTokenParameters.EndorsingEncrypted), "Tokens that are encrypted and sign the message signature.",
            t => t.EndorsingEncrypted, (t, v) => t with { EndorsingEncrypted = v }),
        Tokens(nameof(SupportingTokenParameters.SignedEndorsingEncrypted),
            "Tokens that are encrypted, that the message signature covers and that sign it.",
            t => t.SignedEndorsingEncrypted, (t, v) => t with { SignedEndorsingEncrypted = v }),
    ]);

    private static Key<SupportingTokenParameters, ImmutableArray<SecurityTokenParameters>> Tokens(string name, string summary,
        Func<SupportingTokenParameters, ImmutableArray<SecurityTokenParameters>> get,
        Func<SupportingTokenParameters, ImmutableArray<SecurityTokenParameters>, SupportingTokenParameters> set) =>
        new(name, summary, new TokenListForm(), get, set);

    private static string? NotAsymmetric(SecurityBindingElement element) => element is AsymmetricSecurityBindingElement ? null
        : "It belongs to modes where each side signs with its own key (MutualCertificateDuplex, and MutualCertificate with WS-Security "
            + "1.0): remove it.";
}
