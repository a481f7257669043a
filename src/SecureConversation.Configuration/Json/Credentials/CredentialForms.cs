using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration.Json;

/// <summary>The credentials of both sides. They are classes whose properties are set once, so drafts are filled first.</summary>
internal static class CredentialForms
{
    internal const string InCode = "set it in the delegate beside the section, in new credentials that take over what the section said.";

    internal static ObjectForm<ValidationDraft> Validation { get; } = new(nameof(CertificateValidationOptions), () => new(),
    [
        new Key<ValidationDraft, X509CertificateValidationMode>(nameof(CertificateValidationOptions.Mode),
            "What makes a certificate trusted. Default ChainTrust.",
            EnumForm.Of<X509CertificateValidationMode>(), d => d.Mode, (d, v) => d with { Mode = v }),
        new Key<ValidationDraft, X509RevocationMode>(nameof(CertificateValidationOptions.RevocationMode),
            "How revocation is checked. Default Online.",
            EnumForm.Of<X509RevocationMode>(), d => d.RevocationMode, (d, v) => d with { RevocationMode = v }),
        new Key<ValidationDraft, X509RevocationFlag>(nameof(CertificateValidationOptions.RevocationFlag),
            "For which certificates of a chain revocation is checked. Default ExcludeRoot.",
            EnumForm.Of<X509RevocationFlag>(), d => d.RevocationFlag, (d, v) => d with { RevocationFlag = v }),
        new Key<ValidationDraft, TimeSpan>(nameof(CertificateValidationOptions.UrlRetrievalTimeout),
            "Maximum time for a download. Default 00:00:15.",
            TimeForm.Instance, d => d.UrlRetrievalTimeout, (d, v) => d with { UrlRetrievalTimeout = v }),
        new Key<ValidationDraft, StoreLocation>(nameof(CertificateValidationOptions.TrustedStoreLocation),
            "Location of the stores of trusted people and disallowed certificates. Default LocalMachine.",
            EnumForm.Of<StoreLocation>(), d => d.TrustedStoreLocation, (d, v) => d with { TrustedStoreLocation = v }),
        new Key<ValidationDraft, X509Certificate2Collection>(nameof(CertificateValidationOptions.TrustedPeople),
            "Trusted people in addition to those of the store.",
            CertificatesForm.Instance, d => d.TrustedPeople, (d, v) => d with { TrustedPeople = v }),
        new Key<ValidationDraft, X509Certificate2Collection>(nameof(CertificateValidationOptions.CustomTrustRoots),
            "If set, a chain must end in one of these certificates, and the roots that the platform trusts do not count.",
            CertificatesForm.Instance, d => d.CustomTrustRoots, (d, v) => d with { CustomTrustRoots = v }),
        new Key<ValidationDraft, X509Certificate2Collection>(nameof(CertificateValidationOptions.IntermediateCertificates),
            "Certificates of authorities for building chains. They are not trusted by themselves.",
            CertificatesForm.Instance, d => d.IntermediateCertificates, (d, v) => d with { IntermediateCertificates = v }),
        new CodeKey<ValidationDraft>(nameof(CertificateValidationOptions.CustomValidator), InCode),
    ])
    {
        // An empty list would trust what the platform trusts, and whoever wrote it meant less.
        Incomplete = d => d.HasEmptyRoots
            ? "CustomTrustRoots has no certificate: name the roots, or remove the key to trust those of the platform." : null,
    };

    private static ObjectForm<UserNameDraft> UserName { get; } = new(nameof(UserNameCredential), () => new(),
    [
        new Key<UserNameDraft, string?>(nameof(UserNameCredential.UserName), "The user name.",
            new OptionalForm<string>(StringForm.Instance), d => d.UserName, (d, v) => d with { UserName = v }) { IsRequired = true },
        new Key<UserNameDraft, string?>(nameof(UserNameCredential.Password),
            "The password. Better from an environment variable or a secret store than in a file.",
            SecretForm.Instance, d => d.Password, (d, v) => d with { Password = v }),
    ])
    {
        Incomplete = d => d.UserName is null ? "UserName is missing." : d.Password is null ? "Password is missing." : null,
    };

    private static ObjectForm<IdentityDraft> Identity { get; } = new(nameof(EndpointIdentity), () => new(),
    [
        new Key<IdentityDraft, string?>("Dns", "The name that the certificate of the service must have.",
            new OptionalForm<string>(StringForm.Instance), d => d.Dns, (d, v) => d with { Dns = v }),
        new Key<IdentityDraft, X509Certificate2?>("Certificate", "The certificate that the service must have, octet for octet.",
            CertificateForm.Instance, d => d.Certificate, (d, v) => d with { Certificate = v }),
        new Key<IdentityDraft, string?>("Spn", "The service principal name of the account of the service: service/host.",
            new OptionalForm<string>(StringForm.Instance), d => d.Spn, (d, v) => d with { Spn = v }),
        new Key<IdentityDraft, string?>("Upn", "The user principal name of the account of the service, for clients on Windows.",
            new OptionalForm<string>(StringForm.Instance), d => d.Upn, (d, v) => d with { Upn = v }),
    ])
    {
        Incomplete = d => d.Count != 1 ? "expected one of Dns, Certificate, Spn and Upn." : null,
    };

    private static ObjectForm<PairDraft> Pair { get; } = new(nameof(ClientCertificatePair), () => new(),
    [
        new Key<PairDraft, X509Certificate2?>(nameof(ClientCertificatePair.SigningCertificate),
            "The certificate that signs requests of the client.",
            CertificateForm.Instance, d => d.Signing, (d, v) => d with { Signing = v }),
        new Key<PairDraft, X509Certificate2?>(nameof(ClientCertificatePair.EncryptionCertificate),
            "The certificate that replies to the client are encrypted for.",
            CertificateForm.Instance, d => d.Encryption, (d, v) => d with { Encryption = v }),
    ])
    {
        Incomplete = d => d.Signing is null || d.Encryption is null ? "expected SigningCertificate and EncryptionCertificate." : null,
    };

    private static ObjectForm<KnownClientsDraft> KnownClients { get; } = new(nameof(KnownClientCertificates), () => new(),
    [
        new Key<KnownClientsDraft, X509Certificate2Collection>(nameof(KnownClientCertificates.Certificates),
            "Certificates of clients.",
            CertificatesForm.Instance, d => d.Certificates, (d, v) => d with { Certificates = v }),
        new Key<KnownClientsDraft, StoreName?>(nameof(KnownClientCertificates.StoreName),
            "The store of the platform that holds certificates of clients. Default none.",
            new OptionalValueForm<StoreName>(EnumForm.Of<StoreName>()), d => d.StoreName, (d, v) => d with { StoreName = v }),
        new Key<KnownClientsDraft, StoreLocation>(nameof(KnownClientCertificates.StoreLocation),
            "Location of the store. Default LocalMachine.",
            EnumForm.Of<StoreLocation>(), d => d.StoreLocation, (d, v) => d with { StoreLocation = v }),
        new Key<KnownClientsDraft, ImmutableArray<PairDraft>>(nameof(KnownClientCertificates.Pairs),
            "Certificates of clients that sign with one and are encrypted for by another.",
            new ListForm<PairDraft>(Pair, () => new()), d => d.Pairs, (d, v) => d with { Pairs = v }),
        new CodeKey<KnownClientsDraft>(nameof(KnownClientCertificates.Resolver), InCode),
    ]);

    public static ObjectForm<ServiceDraft> Service { get; } = new(nameof(ServiceCredentials), () => new(),
    [
        new Key<ServiceDraft, X509Credential?>(nameof(ServiceCredentials.ServiceCertificate),
            "The certificate of the service with its private key. All bindings need it.",
            CredentialForm.Instance, d => d.ServiceCertificate, (d, v) => d with { ServiceCertificate = v }),
        new Key<ServiceDraft, ImmutableArray<X509Credential?>>(nameof(ServiceCredentials.OtherServiceCertificates),
            "Other certificates that the service has as well, such as its next and its previous one.",
            new ListForm<X509Credential?>(CredentialForm.Instance, () => null, most: 15), d => d.Others, (d, v) => d with { Others = v }),
        new Key<ServiceDraft, X509Credential?>(nameof(ServiceCredentials.ServiceEncryptionCertificate),
            "The certificate that messages to the service are encrypted for, where it is not the one that signs.",
            CredentialForm.Instance, d => d.ServiceEncryptionCertificate, (d, v) => d with { ServiceEncryptionCertificate = v }),
        new Key<ServiceDraft, KnownClientsDraft>(nameof(ServiceCredentials.KnownClientCertificates),
            "The certificates of clients that the service knows beforehand.", KnownClients,
            d => d.KnownClients, (d, v) => d with { KnownClients = v }),
        new Key<ServiceDraft, ValidationDraft>(nameof(ServiceCredentials.ClientCertificateValidation),
            "How certificates of clients are validated.", Validation, d => d.Validation, (d, v) => d with { Validation = v }),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.UserNamePasswordValidator),
            "call AuthenticateUserNames<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.UserNameAuthenticator),
            "call AuthenticateUserNames<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.UserNamePasswordProvider), InCode),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.CertificateAuthenticator),
            "call AuthenticateCertificates<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new Key<ServiceDraft, IssuedTokenForms.AuthenticationDraft>(nameof(ServiceCredentials.IssuedTokenAuthentication),
            "How issued tokens are validated.", IssuedTokenForms.Authentication,
            d => d.IssuedTokens ?? new(), (d, v) => d with { IssuedTokens = v }),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.IssuedTokenAuthenticator),
            "call AuthenticateIssuedTokens<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new Key<ServiceDraft, WindowsForms.ServiceDraft>(nameof(ServiceCredentials.WindowsAuthentication),
            "How Windows accounts are validated.", WindowsForms.Service, d => d.Windows, (d, v) => d with { Windows = v }),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.WindowsAuthenticator),
            "call AuthenticateWindowsAccounts<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
    ])
    {
        EmptyRemedy = "write at least one key, or remove Credentials to leave what code has set.",
    };

    public static ObjectForm<ClientDraft> Client { get; } = new(nameof(ClientCredentials), () => new(),
    [
        new Key<ClientDraft, X509Credential?>(nameof(ClientCredentials.ClientCertificate),
            "The certificate of the client with its private key.",
            CredentialForm.Instance, d => d.ClientCertificate, (d, v) => d with { ClientCertificate = v }),
        new CodeKey<ClientDraft>(nameof(ClientCredentials.NamedCertificates), InCode),
        new CodeKey<ClientDraft>(nameof(ClientCredentials.RsaKey), InCode),
        new Key<ClientDraft, X509Credential?>(nameof(ClientCredentials.ClientEncryptionCertificate),
            "The certificate that replies to the client are encrypted for, where it is not the one that signs.",
            CredentialForm.Instance, d => d.ClientEncryptionCertificate, (d, v) => d with { ClientEncryptionCertificate = v }),
        new Key<ClientDraft, UserNameDraft>(nameof(ClientCredentials.UserName), "The user name and password of the client.",
            UserName, d => d.UserName ?? new(), (d, v) => d with { UserName = v }),
        new Key<ClientDraft, X509Certificate2?>(nameof(ClientCredentials.ServiceCertificate),
            "The certificate of the service, where it does not show it in a negotiation.",
            CertificateForm.Instance, d => d.ServiceCertificate, (d, v) => d with { ServiceCertificate = v }),
        new Key<ClientDraft, X509Certificate2?>(nameof(ClientCredentials.ServiceEncryptionCertificate),
            "The certificate to encrypt for, where the service has one for that alone.",
            CertificateForm.Instance, d => d.ServiceEncryptionCertificate, (d, v) => d with { ServiceEncryptionCertificate = v }),
        new Key<ClientDraft, X509Certificate2Collection>(nameof(ClientCredentials.OtherServiceCertificates),
            "Other certificates that the service may have, such as its next one.",
            CertificatesForm.Instance, d => d.Others, (d, v) => d with { Others = v }),
        new Key<ClientDraft, ValidationDraft>(nameof(ClientCredentials.ServiceCertificateValidation),
            "How the certificate of the service is validated.", Validation, d => d.Validation, (d, v) => d with { Validation = v }),
        new Key<ClientDraft, IdentityDraft>(nameof(ClientCredentials.ServiceIdentity),
            "The identity that the certificate or account of the service must have. Default: the host name of the address.",
            Identity, d => d.Identity ?? new(), (d, v) => d with { Identity = v }),
        new Key<ClientDraft, IssuedTokenForms.ClientDraft>(nameof(ClientCredentials.IssuedToken), "How issued tokens are got and kept.",
            IssuedTokenForms.Client, d => d.IssuedToken, (d, v) => d with { IssuedToken = v }),
        new CodeKey<ClientDraft>(nameof(ClientCredentials.IssuedTokenProvider), InCode),
        new Key<ClientDraft, WindowsForms.ClientDraft>(nameof(ClientCredentials.Windows), "The Windows account of the client.",
            WindowsForms.Client, d => d.Windows, (d, v) => d with { Windows = v }),
    ])
    {
        EmptyRemedy = "write at least one key, or remove Credentials to leave what code has set.",
    };

    internal sealed record ValidationDraft
    {
        private readonly CertificateValidationOptions _defaults = new();
        private X509Certificate2Collection? _roots;

        public ValidationDraft()
        {
            Mode = _defaults.Mode;
            RevocationMode = _defaults.RevocationMode;
            RevocationFlag = _defaults.RevocationFlag;
            UrlRetrievalTimeout = _defaults.UrlRetrievalTimeout;
            TrustedStoreLocation = _defaults.TrustedStoreLocation;
        }

        public X509CertificateValidationMode Mode { get; init; }

        public X509RevocationMode RevocationMode { get; init; }

        public X509RevocationFlag RevocationFlag { get; init; }

        public TimeSpan UrlRetrievalTimeout { get; init; }

        public StoreLocation TrustedStoreLocation { get; init; }

        public X509Certificate2Collection TrustedPeople { get; init; } = [];

        public X509Certificate2Collection CustomTrustRoots { get => _roots ?? []; init => _roots = value; }

        public X509Certificate2Collection IntermediateCertificates { get; init; } = [];

        public bool HasEmptyRoots => _roots is { Count: 0 };

        public CertificateValidationOptions Create() => new()
        {
            Mode = Mode,
            RevocationMode = RevocationMode,
            RevocationFlag = RevocationFlag,
            UrlRetrievalTimeout = UrlRetrievalTimeout,
            TrustedStoreLocation = TrustedStoreLocation,
            TrustedPeople = TrustedPeople,
            CustomTrustRoots = CustomTrustRoots,
            IntermediateCertificates = IntermediateCertificates,
        };
    }

    internal sealed record UserNameDraft
    {
        public string? UserName { get; init; }

        public string? Password { get; init; }

        // Records print their properties.
        public override string ToString() => UserName ?? "";
    }

    internal sealed record IdentityDraft
    {
        public string? Dns { get; init; }

        public X509Certificate2? Certificate { get; init; }

        public string? Spn { get; init; }

        public string? Upn { get; init; }

        public int Count => new object?[] { Dns, Certificate, Spn, Upn }.Count(value => value is not null);

        public EndpointIdentity Create() => Certificate is not null ? EndpointIdentity.CreateX509CertificateIdentity(Certificate)
            : Spn is not null ? EndpointIdentity.CreateSpnIdentity(Spn)
            : Upn is not null ? EndpointIdentity.CreateUpnIdentity(Upn)
            : EndpointIdentity.CreateDnsIdentity(Dns!);
    }

    internal sealed record PairDraft
    {
        public X509Certificate2? Signing { get; init; }

        public X509Certificate2? Encryption { get; init; }
    }

    internal sealed record KnownClientsDraft
    {
        public X509Certificate2Collection Certificates { get; init; } = [];

        public StoreName? StoreName { get; init; }

        public StoreLocation StoreLocation { get; init; } = new KnownClientCertificates().StoreLocation;

        public ImmutableArray<PairDraft> Pairs { get; init; } = [];

        public KnownClientCertificates Create() => new()
        {
            Certificates = Certificates,
            StoreName = StoreName,
            StoreLocation = StoreLocation,
            Pairs =
            [
                .. Pairs.Where(pair => pair is { Signing: not null, Encryption: not null }).Select(pair => new ClientCertificatePair
                {
                    SigningCertificate = pair.Signing!,
                    EncryptionCertificate = pair.Encryption!,
                }),
            ],
        };
    }

    internal sealed record ServiceDraft
    {
        public X509Credential? ServiceCertificate { get; init; }

        public X509Credential? ServiceEncryptionCertificate { get; init; }

        public KnownClientsDraft KnownClients { get; init; } = new();

        public ImmutableArray<X509Credential?> Others { get; init; } = [];

        public ValidationDraft Validation { get; init; } = new();

        public IssuedTokenForms.AuthenticationDraft? IssuedTokens { get; init; }

        public WindowsForms.ServiceDraft Windows { get; init; } = new();

        public ServiceCredentials Create() => new()
        {
            IssuedTokenAuthentication = IssuedTokens?.Create(),
            WindowsAuthentication = Windows.Create(),
            ServiceCertificate = ServiceCertificate,
            ServiceEncryptionCertificate = ServiceEncryptionCertificate,
            KnownClientCertificates = KnownClients.Create(),
            OtherServiceCertificates = [.. Others.OfType<X509Credential>()],
            ClientCertificateValidation = Validation.Create(),
        };
    }

    internal sealed record ClientDraft
    {
        public X509Credential? ClientCertificate { get; init; }

        public X509Credential? ClientEncryptionCertificate { get; init; }

        public X509Certificate2? ServiceEncryptionCertificate { get; init; }

        public UserNameDraft? UserName { get; init; }

        public X509Certificate2? ServiceCertificate { get; init; }

        public X509Certificate2Collection Others { get; init; } = [];

        public ValidationDraft Validation { get; init; } = new();

        public IdentityDraft? Identity { get; init; }

        public IssuedTokenForms.ClientDraft IssuedToken { get; init; } = new();

        public WindowsForms.ClientDraft Windows { get; init; } = new();

        public ClientCredentials Create() => new()
        {
            IssuedToken = IssuedToken.Create(),
            Windows = Windows.Create(),
            ClientCertificate = ClientCertificate,
            ClientEncryptionCertificate = ClientEncryptionCertificate,
            ServiceEncryptionCertificate = ServiceEncryptionCertificate,
            UserName = UserName is { UserName: { } name, Password: { } password } ? new UserNameCredential(name, password) : null,
            ServiceCertificate = ServiceCertificate,
            OtherServiceCertificates = [.. Others],
            ServiceCertificateValidation = Validation.Create(),
            ServiceIdentity = Identity?.Create(),
        };
    }
}
