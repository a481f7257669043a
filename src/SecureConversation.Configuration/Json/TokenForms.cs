using System.Collections.Immutable;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>The settings of each kind of token.</summary>
internal static class TokenForms
{
    public static ObjectForm<IssuedSecurityTokenParameters> Issued { get; } = new(nameof(IssuedSecurityTokenParameters), () => new(),
    [
        .. Common<IssuedSecurityTokenParameters>(),
        new Key<IssuedSecurityTokenParameters, string?>(nameof(IssuedSecurityTokenParameters.TokenType),
            "The URI of the type of token.",
            new OptionalForm<string>(StringForm.Instance), t => t.TokenType, (t, v) => t with { TokenType = v }),
        new Key<IssuedSecurityTokenParameters, SecurityKeyType>(nameof(IssuedSecurityTokenParameters.KeyType),
            "The kind of key. Default SymmetricKey.",
            EnumForm.Of<SecurityKeyType>(), t => t.KeyType, (t, v) => t with { KeyType = v }),
        new Key<IssuedSecurityTokenParameters, int>(nameof(IssuedSecurityTokenParameters.KeySize),
            "Length of the key in bits; 0 (default) for that of the algorithm suite.",
            new IntForm(0, 16 * 1024), t => t.KeySize, (t, v) => t with { KeySize = v }),
        new Key<IssuedSecurityTokenParameters, Uri?>(nameof(IssuedSecurityTokenParameters.IssuerAddress),
            "The address of the security token service.",
            new OptionalForm<Uri>(UriForm.Instance), t => t.IssuerAddress, (t, v) => t with { IssuerAddress = v }),
        new Key<IssuedSecurityTokenParameters, Uri?>(nameof(IssuedSecurityTokenParameters.IssuerMetadataAddress),
            "The address of the description of the security token service.",
            new OptionalForm<Uri>(UriForm.Instance), t => t.IssuerMetadataAddress, (t, v) => t with { IssuerMetadataAddress = v }),
        new Key<IssuedSecurityTokenParameters, SecurityBindingElement?>(nameof(IssuedSecurityTokenParameters.IssuerSecurity),
            "The security of the security token service.",
            new LaterForm<SecurityBindingElement?>(() => BindingForm.Instance), t => t.IssuerSecurity,
            (t, v) => t with { IssuerSecurity = v }),
        new Key<IssuedSecurityTokenParameters, MessageSecurityVersion?>(nameof(IssuedSecurityTokenParameters.DefaultMessageSecurityVersion),
            "The versions of the protocols where IssuerSecurity says none.",
            new OptionalForm<MessageSecurityVersion>(Names.SecurityVersion), t => t.DefaultMessageSecurityVersion,
            (t, v) => t with { DefaultMessageSecurityVersion = v }),
        new Key<IssuedSecurityTokenParameters, bool>(nameof(IssuedSecurityTokenParameters.UseStrTransform),
            "Whether references to the token use the STR-Transform. Default false.",
            TruthForm.Instance, t => t.UseStrTransform, (t, v) => t with { UseStrTransform = v }),
        new Key<IssuedSecurityTokenParameters, ImmutableArray<ClaimTypeRequirement>>(
            nameof(IssuedSecurityTokenParameters.ClaimTypeRequirements), "The claims that the token has to make.",
            new ListForm<ClaimTypeRequirement>(Claim, () => new() { ClaimType = "" }), t => t.ClaimTypeRequirements,
            (t, v) => t with { ClaimTypeRequirements = v }),
        new Key<IssuedSecurityTokenParameters, ImmutableArray<string>>(
            nameof(IssuedSecurityTokenParameters.AdditionalRequestParameters),
            "Elements, each one XML text, that the client adds to its RequestSecurityToken.",
            new ListForm<string>(new StringForm(64 * 1024), () => ""), t => t.AdditionalRequestParameters,
            (t, v) => t with { AdditionalRequestParameters = v }),
    ]);

    private static ObjectForm<ClaimTypeRequirement> Claim => new(nameof(ClaimTypeRequirement), () => new() { ClaimType = "" },
    [
        new Key<ClaimTypeRequirement, string>(nameof(ClaimTypeRequirement.ClaimType), "The URI of the claim.",
            StringForm.Instance, c => c.ClaimType, (c, v) => c with { ClaimType = v }) { IsRequired = true },
        new Key<ClaimTypeRequirement, bool>(nameof(ClaimTypeRequirement.IsOptional), "Whether the service does without. Default false.",
            TruthForm.Instance, c => c.IsOptional, (c, v) => c with { IsOptional = v }),
    ])
    {
        Incomplete = claim => claim.ClaimType.Length == 0 ? "ClaimType is missing." : null,
    };

    /// <summary>All kinds.</summary>
    public static ImmutableArray<TokenKind> Kinds { get; } =
    [
        new TokenKind<X509SecurityTokenParameters>("X509", () => new(), new(nameof(X509SecurityTokenParameters), () => new(),
        [
            .. Common<X509SecurityTokenParameters>(),
            new Key<X509SecurityTokenParameters, X509ReferenceStyle>(nameof(X509SecurityTokenParameters.X509ReferenceStyle),
                "How a message refers to the certificate when it does not carry it. Default Any.",
                EnumForm.Of<X509ReferenceStyle>(), t => t.X509ReferenceStyle, (t, v) => t with { X509ReferenceStyle = v }),
            new Key<X509SecurityTokenParameters, string?>(nameof(X509SecurityTokenParameters.CertificateName),
                "The name of the certificate among NamedCertificates of the client; null (default) for ClientCertificate.",
                new OptionalForm<string>(StringForm.Instance), t => t.CertificateName, (t, v) => t with { CertificateName = v }),
        ])),
        new TokenKind<UserNameSecurityTokenParameters>("UserName", () => new(),
            new(nameof(UserNameSecurityTokenParameters), () => new(),
            [
                .. Common<UserNameSecurityTokenParameters>(),
                new Key<UserNameSecurityTokenParameters, UserNamePasswordType>(nameof(UserNameSecurityTokenParameters.PasswordType),
                    "How the token proves the password. Default Text.",
                    EnumForm.Of<UserNamePasswordType>(), t => t.PasswordType, (t, v) => t with { PasswordType = v }),
                new Key<UserNameSecurityTokenParameters, bool>(nameof(UserNameSecurityTokenParameters.IncludeNonce),
                    "Whether the token has a nonce, which counts once. Default false.",
                    TruthForm.Instance, t => t.IncludeNonce, (t, v) => t with { IncludeNonce = v }),
                new Key<UserNameSecurityTokenParameters, bool>(nameof(UserNameSecurityTokenParameters.IncludeCreated),
                    "Whether the token says when it was made. Default false.",
                    TruthForm.Instance, t => t.IncludeCreated, (t, v) => t with { IncludeCreated = v }),
                new Key<UserNameSecurityTokenParameters, bool>(nameof(UserNameSecurityTokenParameters.AllowClearTextPassword),
                    "Whether a signed password may travel in clear, for transports that encrypt. Default false.",
                    TruthForm.Instance, t => t.AllowClearTextPassword, (t, v) => t with { AllowClearTextPassword = v }),
            ])),
        new TokenKind<RsaSecurityTokenParameters>("Rsa", () => new(),
            new(nameof(RsaSecurityTokenParameters), () => new(), [.. Common<RsaSecurityTokenParameters>()])),
        new TokenKind<SecureConversationSecurityTokenParameters>("SecureConversation", () => new(), SessionForm()),
        new TokenKind<IssuedSecurityTokenParameters>("Issued", () => new(), Issued),
        new TokenKind<SslSecurityTokenParameters>("Ssl", () => new(), new(nameof(SslSecurityTokenParameters), () => new(),
        [
            .. Common<SslSecurityTokenParameters>(),
            new Key<SslSecurityTokenParameters, bool>(nameof(SslSecurityTokenParameters.RequireClientCertificate),
                "Whether the client shows a certificate in the negotiation. Default false.",
                TruthForm.Instance, t => t.RequireClientCertificate, (t, v) => t with { RequireClientCertificate = v }),
            new Key<SslSecurityTokenParameters, bool>(nameof(SslSecurityTokenParameters.RequireCancellation),
                "Whether the service keeps the context until it is cancelled. Default false.",
                TruthForm.Instance, t => t.RequireCancellation, (t, v) => t with { RequireCancellation = v }),
        ])),
        new TokenKind<SspiSecurityTokenParameters>("Sspi", () => new(), new(nameof(SspiSecurityTokenParameters), () => new(),
        [
            .. Common<SspiSecurityTokenParameters>(),
            new Key<SspiSecurityTokenParameters, bool>(nameof(SspiSecurityTokenParameters.RequireCancellation),
                "Whether the service keeps the context until it is cancelled. Default false.",
                TruthForm.Instance, t => t.RequireCancellation, (t, v) => t with { RequireCancellation = v }),
        ])),
        new TokenKind<KerberosSecurityTokenParameters>("Kerberos", () => new(),
            new(nameof(KerberosSecurityTokenParameters), () => new(), [.. Common<KerberosSecurityTokenParameters>()])),
    ];

    private static ObjectForm<SecureConversationSecurityTokenParameters> SessionForm() =>
        new(nameof(SecureConversationSecurityTokenParameters), () => new(),
        [
            .. Common<SecureConversationSecurityTokenParameters>(),
            new Key<SecureConversationSecurityTokenParameters, SecurityBindingElement?>(
                nameof(SecureConversationSecurityTokenParameters.BootstrapSecurityBindingElement), "The security of the handshake.",
                new LaterForm<SecurityBindingElement?>(() => BindingForm.Instance), t => t.BootstrapSecurityBindingElement,
                (t, v) => t with { BootstrapSecurityBindingElement = v }),
            new Key<SecureConversationSecurityTokenParameters, bool>(
                nameof(SecureConversationSecurityTokenParameters.RequireCancellation), "See the same key of the binding.",
                TruthForm.Instance, t => t.RequireCancellation, (t, v) => t with { RequireCancellation = v }),
            new Key<SecureConversationSecurityTokenParameters, bool>(
                nameof(SecureConversationSecurityTokenParameters.CanRenewSession), "See the same key of the binding.",
                TruthForm.Instance, t => t.CanRenewSession, (t, v) => t with { CanRenewSession = v }),
            new Key<SecureConversationSecurityTokenParameters, ChannelProtectionRequirements?>(
                nameof(SecureConversationSecurityTokenParameters.BootstrapProtectionRequirements), "See the same key of the binding.",
                new OptionalForm<ChannelProtectionRequirements>(ProtectionForm.Instance), t => t.BootstrapProtectionRequirements,
                (t, v) => t with { BootstrapProtectionRequirements = v }),
        ]);

    private static IEnumerable<Key<T>> Common<T>()
        where T : SecurityTokenParameters =>
    [
        new Key<T, SecurityTokenInclusionMode>(nameof(SecurityTokenParameters.InclusionMode), "Which messages carry the token.",
            EnumForm.Of<SecurityTokenInclusionMode>(), t => t.InclusionMode,
            (t, v) => (T)((SecurityTokenParameters)t with { InclusionMode = v })),
        new Key<T, bool>(nameof(SecurityTokenParameters.RequireDerivedKeys), "Whether messages use keys derived from that of the token.",
            TruthForm.Instance, t => t.RequireDerivedKeys, (t, v) => (T)((SecurityTokenParameters)t with { RequireDerivedKeys = v })),
        new Key<T, SecurityTokenReferenceStyle>(nameof(SecurityTokenParameters.ReferenceStyle),
            "How a message refers to the token when it carries it.", EnumForm.Of<SecurityTokenReferenceStyle>(), t => t.ReferenceStyle,
            (t, v) => (T)((SecurityTokenParameters)t with { ReferenceStyle = v })),
    ];
}
