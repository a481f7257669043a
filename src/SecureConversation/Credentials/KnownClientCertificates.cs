using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Credentials;

/// <summary>
/// The certificates of clients that a service knows beforehand. It needs them where the client names its certificate in a message and does
/// not send it: <see cref="Binding.SecurityTokenInclusionMode.Never"/> on the token of the client. A client whose certificate is not among
/// them is refused like one whose signature is wrong; one that is known is still judged by
/// <see cref="ServiceCredentials.ClientCertificateValidation"/>.
/// </summary>
/// <remarks>
/// References are looked up by SHA-1 thumbprint, subject key identifier, or issuer and serial number. Of several certificates that one
/// reference names, such as an earlier one and the next one of the same key, the one that is valid counts, and of those the newest. The
/// list is asked first, then the store, then the resolver.
/// </remarks>
public sealed class KnownClientCertificates
{
    /// <summary>
    /// Certificates of clients. They are copied; the caller may dispose of them afterwards. At most 256 of them may have the same serial
    /// number, or the same key.
    /// </summary>
    public X509Certificate2Collection Certificates { get; init; } = [];

    /// <summary>
    /// The store of the platform that holds certificates of clients, such as TrustedPeople; null (default) for none. It is read again after
    /// five seconds.
    /// </summary>
    public StoreName? StoreName { get; init; }

    /// <summary>Where <see cref="StoreName"/> is. Default: the stores of the machine, of which Linux has none for people.</summary>
    public StoreLocation StoreLocation { get; init; } = StoreLocation.LocalMachine;

    /// <summary>
    /// The certificates of clients that have one to sign with and another one to be encrypted for: replies to the first are encrypted for
    /// the second. Without a pair a reply is encrypted for the certificate that signed the request. The first of each pair counts as known.
    /// Default none.
    /// </summary>
    public IReadOnlyList<ClientCertificatePair> Pairs { get; init; } = [];

    /// <summary>Finds certificates that are not in the list or the store; null (default) for none.</summary>
    public IClientCertificateResolver? Resolver { get; init; }
}

/// <summary>The two certificates of a client that signs with one and is encrypted for by the other.</summary>
public sealed class ClientCertificatePair
{
    /// <summary>The certificate that signs requests. Copied.</summary>
    public required X509Certificate2 SigningCertificate { get; init; }

    /// <summary>
    /// The certificate that replies are encrypted for, with an RSA key, or in suites with ECDH-ES one on P-256 or P-384. Copied.
    /// </summary>
    public required X509Certificate2 EncryptionCertificate { get; init; }
}
