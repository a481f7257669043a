using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>How certificates of the other side are validated. The defaults are those of WCF.</summary>
public sealed class CertificateValidationOptions
{
    /// <summary>
    /// Trusts the certificates that private authorities issued, and no others. Revocation is not checked, since such authorities often
    /// publish nothing about it: where they do, set <see cref="Mode"/>, <see cref="CustomTrustRoots"/> and <see cref="RevocationMode"/>.
    /// </summary>
    /// <param name="authorities">The roots. They stay with the caller, who disposes of them after the client or service.</param>
    /// <exception cref="ArgumentException">No authority is given.</exception>
    public static CertificateValidationOptions TrustOnly(params X509Certificate2[] authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        return authorities.Length == 0
            ? throw new ArgumentException("Without an authority those of the platform would be trusted.", nameof(authorities))
            : new() { RevocationMode = X509RevocationMode.NoCheck, CustomTrustRoots = [.. authorities] };
    }

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
    /// Location of the certificate stores of trusted people and disallowed certificates. Default: the stores of the machine. On Linux only
    /// the stores of the user exist: a client or service that starts says so in its log, or refuses a mode that would trust nobody.
    /// </summary>
    public StoreLocation TrustedStoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>Trusted people in addition to those of the store.</summary>
    public X509Certificate2Collection TrustedPeople { get; init; } = [];

    /// <summary>
    /// If not empty, a chain must end in one of these certificates, and the roots that the platform trusts do not count. Where the
    /// authority publishes no revocation lists, set <see cref="RevocationMode"/> as well, or use <see cref="TrustOnly"/>.
    /// </summary>
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
