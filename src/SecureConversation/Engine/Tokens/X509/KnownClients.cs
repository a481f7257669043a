using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The certificates of clients that a service knows: a list, a store, and code of the application. Anybody can have them looked up, so a
/// look-up does not depend on how many there are. Safe for concurrent use.
/// </summary>
internal sealed class KnownClients
{
    private const string Setting = "ServiceCredentials.KnownClientCertificates";

    private readonly CertificateIndex _listed;
    private readonly StoredCertificates? _stored;
    private readonly IClientCertificateResolver? _resolver;
    private readonly Dictionary<string, X509Certificate2> _encryption = [];
    private readonly TimeProvider _clock;

    /// <exception cref="ArgumentException">
    /// There is no such store, a pair has a certificate that nothing is encrypted for, or too many certificates have one name.
    /// </exception>
    public KnownClients(KnownClientCertificates known, TimeProvider clock)
    {
        _clock = clock;
        _resolver = known.Resolver;
        foreach (var pair in known.Pairs)
        {
            using var key = pair.EncryptionCertificate.GetRSAPublicKey();
            if (key is null && !CertificateKey.Agrees(pair.EncryptionCertificate))
            {
                throw new ArgumentException($"{Setting}.Pairs: {FailureText.Certificate(pair.EncryptionCertificate)} has no RSA key to "
                    + "encrypt for, and none on P-256 or P-384 with keyAgreement in its key usage.");
            }

            _encryption[NameOf(pair.SigningCertificate)] =
                X509CertificateLoader.LoadCertificate(pair.EncryptionCertificate.RawDataMemory.Span);
        }

        _listed = CertificateIndex.Of(known.Certificates.Concat(known.Pairs.Select(pair => pair.SigningCertificate)));
        if (_listed.Crowded is { } crowded)
        {
            throw new ArgumentException($"{Setting}: more than {CertificateIndex.MostOfOneName} certificates have the serial number or key "
                + $"identifier {crowded}. A message could name all of them at once: take out those that are not used, or give a Resolver.");
        }

        if (known.StoreName is { } store)
        {
            _stored = CertificateStores.IsOffered(store, known.StoreLocation)
                ? new StoredCertificates(store, known.StoreLocation)
                : throw new ArgumentException($"{Setting}: this platform has no store {store} of {known.StoreLocation}: list the "
                    + "certificates, or set StoreLocation to CurrentUser.");
        }
    }

    /// <summary>Whether nobody can be known by it.</summary>
    public static bool IsEmpty(KnownClientCertificates known) =>
        known is { Certificates.Count: 0, Pairs.Count: 0, StoreName: null, Resolver: null };

    /// <summary>The certificate that a message names; null when it is not known.</summary>
    /// <exception cref="SecurityFailureException">Code of the application threw.</exception>
    public X509Certificate2? Find(KeyReference reference)
    {
        var now = _clock.GetUtcNow();
        return _listed.Find(reference, now) ?? _stored?.Find(reference, now) ?? Ask(reference);
    }

    /// <summary>The certificate that replies to a client are encrypted for.</summary>
    /// <param name="signer">The certificate that signed the request.</param>
    /// <exception cref="SecurityFailureException">Code of the application threw.</exception>
    public X509Certificate2 EncryptionCertificateOf(X509Certificate2 signer) =>
        _encryption.Count > 0 && _encryption.TryGetValue(NameOf(signer), out var own) ? own
        : Copy(Call(_resolver, resolver => resolver.FindEncryptionCertificate(signer))) ?? signer;

    private X509Certificate2? Ask(KeyReference reference) =>
        reference.Kind != KeyReferenceKind.RawData
        && Call(_resolver, resolver => resolver.FindCertificate(new ClientCertificateReference(reference))) is { } found
        && reference.Matches(found)
            ? Copy(found)
            : null;

    private static X509Certificate2? Copy(X509Certificate2? certificate) =>
        certificate is null ? null : KnownCertificates.Load(certificate.RawDataMemory.Span);

    private static X509Certificate2? Call(
        IClientCertificateResolver? resolver, Func<IClientCertificateResolver, X509Certificate2?> ask)
    {
        try
        {
            return resolver is null ? null : ask(resolver);
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, CancellationToken.None))
        {
            throw new SecurityFailureException(FailureCode.ValidatorFailed, $"{Setting}.Resolver") { Thrown = e };
        }
    }

    // The thumbprint of the platform is only as strong as SHA-1.
    private static string NameOf(X509Certificate2 certificate) =>
        Convert.ToHexString(SHA256.HashData(certificate.RawDataMemory.Span));
}
