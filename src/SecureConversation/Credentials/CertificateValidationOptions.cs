using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>How certificates of the other side are validated. The defaults are those of WCF.</summary>
public sealed class CertificateValidationOptions
{
    /// <summary>What makes a certificate trusted. Default <see cref="X509CertificateValidationMode.ChainTrust"/>.</summary>
    public X509CertificateValidationMode Mode { get; init; } = X509CertificateValidationMode.ChainTrust;

    /// <summary>
    /// How revocation is checked when a chain is built. Default online. A certificate with an unknown revocation status is refused. A
    /// service asks only when the chain is in order otherwise, on a few threads of its own, and keeps the result for up to five minutes;
    /// in mode Custom it asks always, since only <see cref="CustomValidator"/> knows. Missing intermediate certificates are downloaded by
    /// a client in online mode and never by a service, where a stranger would choose the address: see
    /// <see cref="IntermediateCertificates"/>.
    /// </summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.Online;

    /// <summary>For which certificates of a chain revocation is checked. Default: all but the root.</summary>
    public X509RevocationFlag RevocationFlag { get; init; } = X509RevocationFlag.ExcludeRoot;

    /// <summary>Maximum time for a download. Default 15 seconds; zero means the default of the platform.</summary>
    public TimeSpan UrlRetrievalTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Location of the certificate stores of trusted people and disallowed certificates. Default: the stores of the machine. A missing
    /// store counts as empty; on Linux only the stores of the user exist.
    /// </summary>
    public StoreLocation TrustedStoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>Trusted people in addition to those of the store.</summary>
    public X509Certificate2Collection TrustedPeople { get; init; } = [];

    /// <summary>If not empty, a chain must end in one of these certificates, and the roots that the platform trusts do not count.</summary>
    public X509Certificate2Collection CustomTrustRoots { get; init; } = [];

    /// <summary>
    /// Certificates of authorities for building chains, besides those that the platform knows. They are not trusted by themselves. A
    /// service needs all that stand between the certificates of its clients and their roots.
    /// </summary>
    public X509Certificate2Collection IntermediateCertificates { get; init; } = [];

    /// <summary>
    /// Validates certificates in mode <see cref="X509CertificateValidationMode.Custom"/>; the result true accepts. Its arguments are the
    /// certificate and a chain that was built with these options, and are valid during the call only. Several threads may call it at once.
    /// </summary>
    public Func<X509Certificate2, X509Chain?, bool>? CustomValidator { get; init; }
}
