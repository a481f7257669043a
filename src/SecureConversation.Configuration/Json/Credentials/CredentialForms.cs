using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration.Json;

/// <summary>The credentials of both sides. They are classes whose properties are set once, so drafts are filled first.</summary>
internal static class CredentialForms
{
    private const string InCode = "set it in the delegate beside the section, in new credentials that take over what the section said.";

    private static ObjectForm<ValidationDraft> Validation { get; } = new(nameof(CertificateValidationOptions), () => new(),
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
    ])
    {
        Incomplete = d => d.Dns is null == d.Certificate is null ? "expected one of Dns and Certificate." : null,
    };

    public static ObjectForm<ServiceDraft> Service { get; } = new(nameof(ServiceCredentials), () => new(),
    [
        new Key<ServiceDraft, X509Credential?>(nameof(ServiceCredentials.ServiceCertificate),
            "The certificate of the service with its private key. All bindings need it.",
            CredentialForm.Instance, d => d.ServiceCertificate, (d, v) => d with { ServiceCertificate = v }),
        new Key<ServiceDraft, ImmutableArray<X509Credential?>>(nameof(ServiceCredentials.OtherServiceCertificates),
            "Other certificates that the service has as well, such as its next and its previous one.",
            new ListForm<X509Credential?>(CredentialForm.Instance, () => null, most: 15), d => d.Others, (d, v) => d with { Others = v }),
        new Key<ServiceDraft, ValidationDraft>(nameof(ServiceCredentials.ClientCertificateValidation),
            "How certificates of clients are validated.", Validation, d => d.Validation, (d, v) => d with { Validation = v }),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.UserNamePasswordValidator),
            "call AuthenticateUserNames<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.UserNameAuthenticator),
            "call AuthenticateUserNames<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
        new CodeKey<ServiceDraft>(nameof(ServiceCredentials.CertificateAuthenticator),
            "call AuthenticateCertificates<T>() on what AddSecureConversation returns, or set it in the delegate beside the section."),
    ])
    {
        EmptyRemedy = "write at least one key, or remove Credentials to leave what code has set.",
    };

    public static ObjectForm<ClientDraft> Client { get; } = new(nameof(ClientCredentials), () => new(),
    [
        new Key<ClientDraft, X509Credential?>(nameof(ClientCredentials.ClientCertificate),
            "The certificate of the client with its private key.",
            CredentialForm.Instance, d => d.ClientCertificate, (d, v) => d with { ClientCertificate = v }),
        new Key<ClientDraft, UserNameDraft>(nameof(ClientCredentials.UserName), "The user name and password of the client.",
            UserName, d => d.UserName ?? new(), (d, v) => d with { UserName = v }),
        new Key<ClientDraft, X509Certificate2?>(nameof(ClientCredentials.ServiceCertificate),
            "The certificate of the service. All bindings need it.",
            CertificateForm.Instance, d => d.ServiceCertificate, (d, v) => d with { ServiceCertificate = v }),
        new Key<ClientDraft, X509Certificate2Collection>(nameof(ClientCredentials.OtherServiceCertificates),
            "Other certificates that the service may have, such as its next one.",
            CertificatesForm.Instance, d => d.Others, (d, v) => d with { Others = v }),
        new Key<ClientDraft, ValidationDraft>(nameof(ClientCredentials.ServiceCertificateValidation),
            "How the certificate of the service is validated.", Validation, d => d.Validation, (d, v) => d with { Validation = v }),
        new Key<ClientDraft, IdentityDraft>(nameof(ClientCredentials.ServiceIdentity),
            "The identity that the certificate of the service must have. Default: the host name of the address.",
            Identity, d => d.Identity ?? new(), (d, v) => d with { Identity = v }),
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

        public EndpointIdentity Create() => Certificate is not null
            ? EndpointIdentity.CreateX509CertificateIdentity(Certificate) : EndpointIdentity.CreateDnsIdentity(Dns!);
    }

    internal sealed record ServiceDraft
    {
        public X509Credential? ServiceCertificate { get; init; }

        public ImmutableArray<X509Credential?> Others { get; init; } = [];

        public ValidationDraft Validation { get; init; } = new();

        public ServiceCredentials Create() => new()
        {
            ServiceCertificate = ServiceCertificate,
            OtherServiceCertificates = [.. Others.OfType<X509Credential>()],
            ClientCertificateValidation = Validation.Create(),
        };
    }

    internal sealed record ClientDraft
    {
        public X509Credential? ClientCertificate { get; init; }

        public UserNameDraft? UserName { get; init; }

        public X509Certificate2? ServiceCertificate { get; init; }

        public X509Certificate2Collection Others { get; init; } = [];

        public ValidationDraft Validation { get; init; } = new();

        public IdentityDraft? Identity { get; init; }

        public ClientCredentials Create() => new()
        {
            ClientCertificate = ClientCertificate,
            UserName = UserName is { UserName: { } name, Password: { } password } ? new UserNameCredential(name, password) : null,
            ServiceCertificate = ServiceCertificate,
            OtherServiceCertificates = [.. Others],
            ServiceCertificateValidation = Validation.Create(),
            ServiceIdentity = Identity?.Create(),
        };
    }
}
