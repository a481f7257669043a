using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration.Json;

/// <summary>How a service judges issued tokens, and how a client gets and keeps them.</summary>
internal static class IssuedTokenForms
{
    public static ObjectForm<AuthenticationDraft> Authentication { get; } = new(nameof(IssuedTokenAuthentication), () => new(),
    [
        new Key<AuthenticationDraft, X509Certificate2Collection>(nameof(IssuedTokenAuthentication.KnownCertificates),
            "The certificates of the issuers.",
            CertificatesForm.Instance, d => d.Issuers, (d, v) => d with { Issuers = v }),
        new Key<AuthenticationDraft, CredentialForms.ValidationDraft>(nameof(IssuedTokenAuthentication.CertificateValidation),
            "How the certificate of an issuer is validated that is not among KnownCertificates. Default: it is refused.",
            CredentialForms.Validation, d => d.Validation ?? new(), (d, v) => d with { Validation = v }),
        new Key<AuthenticationDraft, bool>(nameof(IssuedTokenAuthentication.AllowUntrustedRsaIssuers),
            "Whether a token may be signed by an RSA key that nobody vouches for. Default false.",
            TruthForm.Instance, d => d.AllowsRsa, (d, v) => d with { AllowsRsa = v }),
        new Key<AuthenticationDraft, bool?>(nameof(IssuedTokenAuthentication.AllowSha1Signatures),
            "Whether issuers may sign with SHA-1. Default: where the algorithm suite has SHA-1 itself.",
            new OptionalValueForm<bool>(TruthForm.Instance), d => d.AllowsSha1, (d, v) => d with { AllowsSha1 = v }),
        new Key<AuthenticationDraft, ImmutableArray<string>>(nameof(IssuedTokenAuthentication.AllowedAudienceUris),
            "The names of the service in tokens, beside its Address.",
            new ListForm<string>(StringForm.Instance, () => ""), d => d.Audiences, (d, v) => d with { Audiences = v }),
        new Key<AuthenticationDraft, AudienceUriMode>(nameof(IssuedTokenAuthentication.AudienceUriMode),
            "When a token has to be for this service. Default Always.",
            EnumForm.Of<AudienceUriMode>(), d => d.Mode, (d, v) => d with { Mode = v }),
        new Key<AuthenticationDraft, bool>(nameof(IssuedTokenAuthentication.DetectReplayedTokens),
            "Whether a token without a key is accepted in one message only, or in one session. Default false.",
            TruthForm.Instance, d => d.DetectsReplays, (d, v) => d with { DetectsReplays = v }),
        new Key<AuthenticationDraft, string>(nameof(IssuedTokenAuthentication.NameClaimType),
            "The claim that is the name of the client.",
            StringForm.Instance, d => d.Name, (d, v) => d with { Name = v }),
        new Key<AuthenticationDraft, string>(nameof(IssuedTokenAuthentication.RoleClaimType),
            "The claims that are roles of the client.",
            StringForm.Instance, d => d.Role, (d, v) => d with { Role = v }),
        new CodeKey<AuthenticationDraft>(nameof(IssuedTokenAuthentication.TokenHandler), CredentialForms.InCode),
    ]);

    public static ObjectForm<ClientDraft> Client { get; } = new(nameof(IssuedTokenClientCredential), () => new(),
    [
        new Key<ClientDraft, Uri?>(nameof(IssuedTokenClientCredential.LocalIssuerAddress),
            "The security token service, for bindings that name none.",
            new OptionalForm<Uri>(UriForm.Instance), d => d.Address, (d, v) => d with { Address = v }),
        new Key<ClientDraft, SecurityBindingElement?>(nameof(IssuedTokenClientCredential.LocalIssuerSecurity),
            "The security of LocalIssuerAddress.",
            new LaterForm<SecurityBindingElement?>(() => BindingForm.Instance), d => d.Security, (d, v) => d with { Security = v }),
        new Key<ClientDraft, SecurityKeyEntropyMode>(nameof(IssuedTokenClientCredential.DefaultKeyEntropyMode),
            "Who contributes to the key, where the security of the issuer does not say it. Default CombinedEntropy.",
            EnumForm.Of<SecurityKeyEntropyMode>(), d => d.Mode, (d, v) => d with { Mode = v }),
        new Key<ClientDraft, bool>(nameof(IssuedTokenClientCredential.AcceptIssuerKey),
            "Whether an issuer may answer with a key that it made alone. Default false.",
            TruthForm.Instance, d => d.AcceptsKey, (d, v) => d with { AcceptsKey = v }),
        new Key<ClientDraft, bool>(nameof(IssuedTokenClientCredential.CacheIssuedTokens),
            "Whether a token serves more than one call. Default true.",
            TruthForm.Instance, d => d.Keeps, (d, v) => d with { Keeps = v }),
        new Key<ClientDraft, TimeSpan>(nameof(IssuedTokenClientCredential.MaxIssuedTokenCachingTime),
            "The longest time for which a token is used.",
            TimeForm.Instance, d => d.Longest, (d, v) => d with { Longest = v }),
        new Key<ClientDraft, int>(nameof(IssuedTokenClientCredential.IssuedTokenRenewalThresholdPercentage),
            "Percentage of the life of a token after which another one is asked for. Default 60.",
            new IntForm(1, 100), d => d.Threshold, (d, v) => d with { Threshold = v }),
        new CodeKey<ClientDraft>(nameof(IssuedTokenClientCredential.IssuerCredentials), CredentialForms.InCode),
    ]);

    internal sealed record AuthenticationDraft
    {
        private static readonly IssuedTokenAuthentication Defaults = new();

        public X509Certificate2Collection Issuers { get; init; } = [];
        public CredentialForms.ValidationDraft? Validation { get; init; }
        public bool AllowsRsa { get; init; }
        public bool? AllowsSha1 { get; init; }
        public ImmutableArray<string> Audiences { get; init; } = [];
        public AudienceUriMode Mode { get; init; } = Defaults.AudienceUriMode;
        public bool DetectsReplays { get; init; }
        public string Name { get; init; } = Defaults.NameClaimType;
        public string Role { get; init; } = Defaults.RoleClaimType;

        public IssuedTokenAuthentication Create() => new()
        {
            KnownCertificates = Issuers,
            CertificateValidation = Validation?.Create(),
            AllowUntrustedRsaIssuers = AllowsRsa,
            AllowSha1Signatures = AllowsSha1,
            AllowedAudienceUris = Audiences,
            AudienceUriMode = Mode,
            DetectReplayedTokens = DetectsReplays,
            NameClaimType = Name,
            RoleClaimType = Role,
        };
    }

    internal sealed record ClientDraft
    {
        private static readonly IssuedTokenClientCredential Defaults = new();

        public Uri? Address { get; init; }
        public SecurityBindingElement? Security { get; init; }
        public SecurityKeyEntropyMode Mode { get; init; } = Defaults.DefaultKeyEntropyMode;
        public bool AcceptsKey { get; init; }
        public bool Keeps { get; init; } = Defaults.CacheIssuedTokens;
        public TimeSpan Longest { get; init; } = Defaults.MaxIssuedTokenCachingTime;
        public int Threshold { get; init; } = Defaults.IssuedTokenRenewalThresholdPercentage;

        public IssuedTokenClientCredential Create() => new()
        {
            LocalIssuerAddress = Address,
            LocalIssuerSecurity = Security,
            DefaultKeyEntropyMode = Mode,
            AcceptIssuerKey = AcceptsKey,
            CacheIssuedTokens = Keeps,
            MaxIssuedTokenCachingTime = Longest,
            IssuedTokenRenewalThresholdPercentage = Threshold,
        };
    }
}
