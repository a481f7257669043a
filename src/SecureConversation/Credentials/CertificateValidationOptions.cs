using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>How certificates of the other side are validated. Defaults of WCF.</summary>
public sealed class CertificateValidationOptions
{
    /// <summary>Default <see cref="X509CertificateValidationMode.ChainTrust"/>.</summary>
    public X509CertificateValidationMode Mode { get; init; } = X509CertificateValidationMode.ChainTrust;

    /// <summary>
    /// Whether revocation is looked up when a chain is built. Default online; a status that cannot be found out is a refusal. Only
    /// online are missing certificates of authorities fetched as well: both ask addresses that the certificate of a stranger names.
    /// </summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.Online;

    /// <summary>Which certificates of a chain are looked up. Default: all but the root.</summary>
    public X509RevocationFlag RevocationFlag { get; init; } = X509RevocationFlag.ExcludeRoot;

    /// <summary>Longest time for a look-up. Default 15 seconds; zero leaves it to the platform.</summary>
    public TimeSpan UrlRetrievalTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whose stores hold the trusted people and the disallowed certificates, beside <see cref="TrustedPeople"/>. Default: the machine's.
    /// A platform may lack the stores (only those of the user exist on Linux); a missing store counts as empty.
    /// </summary>
    public StoreLocation TrustedStoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>Trusted people beside those of the store.</summary>
    public X509Certificate2Collection TrustedPeople { get; init; } = [];

    /// <summary>When not empty, chains must end in one of these; the roots that the platform trusts no longer count.</summary>
    public X509Certificate2Collection CustomTrustRoots { get; init; } = [];

    /// <summary>Certificates of authorities to build chains with; not trusted by themselves.</summary>
    public X509Certificate2Collection IntermediateCertificates { get; init; } = [];

    /// <summary>
    /// Decides in <see cref="X509CertificateValidationMode.Custom"/>: true accepts. Receives the certificate and the chain that was built with
    /// these options, whose status it may judge. Called by several threads at once; both arguments are valid during the call only.
    /// </summary>
    public Func<X509Certificate2, X509Chain?, bool>? CustomValidator { get; init; }
}
