using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Testing;

/// <summary>
/// Throw-away certificates, made once per process. All carry their private keys and are shared: tests must not dispose them.
/// </summary>
public static class TestCertificates
{
    private static readonly Lazy<X509Certificate2> LazyAuthority = new(CreateAuthority);
    private static readonly Lazy<X509Certificate2> LazyService = new(() => Issue("localhost"));
    private static readonly Lazy<X509Certificate2> LazyClient = new(() => Issue("Test client"));
    private static readonly Lazy<X509Certificate2> LazyOther = new(() => Issue("Somebody else"));
    private static readonly Lazy<X509Certificate2> LazyClientP256 = new(() => IssueOnCurve("Test client", ECCurve.NamedCurves.nistP256));
    private static readonly Lazy<X509Certificate2> LazyClientP384 = new(() => IssueOnCurve("Test client", ECCurve.NamedCurves.nistP384));
    private static readonly Lazy<X509Certificate2> LazyClientP521 = new(() => IssueOnCurve("Test client", ECCurve.NamedCurves.nistP521));
    private static readonly Lazy<X509Certificate2> LazyServiceP256 = new(() => IssueOnCurve("localhost", ECCurve.NamedCurves.nistP256));
    private static readonly Lazy<X509Certificate2> LazyAgreeingServiceP256 = new(() => IssueOnCurve("localhost", ECCurve.NamedCurves.nistP256, BothUsages));
    private static readonly Lazy<X509Certificate2> LazyAgreeingServiceP384 = new(() => IssueOnCurve("localhost", ECCurve.NamedCurves.nistP384, BothUsages));
    private static readonly Lazy<X509Certificate2> LazyAgreeingClientP256 = new(() => IssueOnCurve("Test client", ECCurve.NamedCurves.nistP256, BothUsages));
    private static readonly Lazy<X509Certificate2> LazyAgreeingClientP384 = new(() => IssueOnCurve("Test client", ECCurve.NamedCurves.nistP384, BothUsages));
    private static readonly Lazy<X509Certificate2> LazyServiceWithoutKeyIdentifier = new(() => Issue("localhost", false));
    private static readonly Lazy<X509Certificate2> LazyClientWithoutKeyIdentifier = new(() => Issue("Test client", false));

    /// <summary>The root that issued all others.</summary>
    public static X509Certificate2 Authority => LazyAuthority.Value;

    public static X509Certificate2 Service => LazyService.Value;

    public static X509Certificate2 Client => LazyClient.Value;

    /// <summary>Valid, of the same issuer, and not the one that the other side expects.</summary>
    public static X509Certificate2 Other => LazyOther.Value;

    /// <summary>Without a SubjectKeyIdentifier: cannot be referred to by one.</summary>
    public static X509Certificate2 ServiceWithoutKeyIdentifier => LazyServiceWithoutKeyIdentifier.Value;

    /// <summary>Without a SubjectKeyIdentifier: cannot be referred to by one.</summary>
    public static X509Certificate2 ClientWithoutKeyIdentifier => LazyClientWithoutKeyIdentifier.Value;

    /// <summary>A client whose key is on P-256.</summary>
    public static X509Certificate2 ClientP256 => LazyClientP256.Value;

    /// <summary>A client whose key is on P-384.</summary>
    public static X509Certificate2 ClientP384 => LazyClientP384.Value;

    /// <summary>A client whose key is on a curve that no suite has.</summary>
    public static X509Certificate2 ClientP521 => LazyClientP521.Value;

    /// <summary>A service whose key is on P-256.</summary>
    public static X509Certificate2 ServiceP256 => LazyServiceP256.Value;

    /// <summary>A service whose key on P-256 signs, and agrees on keys.</summary>
    public static X509Certificate2 AgreeingServiceP256 => LazyAgreeingServiceP256.Value;

    /// <summary>A service whose key on P-384 signs, and agrees on keys.</summary>
    public static X509Certificate2 AgreeingServiceP384 => LazyAgreeingServiceP384.Value;

    /// <summary>A client whose key on P-256 signs, and agrees on keys.</summary>
    public static X509Certificate2 AgreeingClientP256 => LazyAgreeingClientP256.Value;

    /// <summary>A client whose key on P-384 signs, and agrees on keys.</summary>
    public static X509Certificate2 AgreeingClientP384 => LazyAgreeingClientP384.Value;

    private const X509KeyUsageFlags BothUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement;

    private static X509Certificate2 CreateAuthority()
    {
        using var key = RSA.Create(2048);
        var request = Request("Test authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        // The system clock: chains are built against it.
        var today = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero);
        return request.CreateSelfSigned(today.AddDays(-1), today.AddDays(30));
    }

    /// <summary>Another certificate of the authority, for this DNS name.</summary>
    public static X509Certificate2 IssueFor(string dnsName) => Issue(dnsName, withKeyIdentifier: true, dnsName);

    /// <summary>Another certificate of the authority, whose key is on this curve.</summary>
    public static X509Certificate2 IssueOnCurve(string name, ECCurve curve, X509KeyUsageFlags? usage = null)
    {
        using var key = ECDsa.Create(curve);
        using var certificate = Certify(new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256), withKeyIdentifier: true, "localhost", usage);
        if (usage is { } flags && !flags.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            // The platform takes the key for one of the kind that the usage allows.
            using var agreement = ECDiffieHellman.Create(key.ExportParameters(includePrivateParameters: true));
            return certificate.CopyWithPrivateKey(agreement);
        }

        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 Issue(string name, bool withKeyIdentifier = true, string dnsName = "localhost")
    {
        using var key = RSA.Create(2048);
        using var certificate = Certify(Request(name, key), withKeyIdentifier, dnsName);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate of the authority without a private key, for a public key of whatever kind.</summary>
    internal static X509Certificate2 Certify(string name, PublicKey key, X509KeyUsageFlags? usage) => Certify(
        new CertificateRequest(new X500DistinguishedName(NameOf(name)), key, HashAlgorithmName.SHA256), withKeyIdentifier: true, "localhost", usage);

    private static X509Certificate2 Certify(CertificateRequest request, bool withKeyIdentifier, string dnsName, X509KeyUsageFlags? usage = null)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(usage ?? (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment), true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        if (withKeyIdentifier)
        {
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        }
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x01); // positive and without a leading zero
        // A certificate must not outlive its issuer. It takes the period of its issuer and asks no clock: a run may go on past midnight.
        using var issuer = Authority.GetRSAPrivateKey()!;
        return request.Create(
            Authority.SubjectName, X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1), Authority.NotBefore, Authority.NotAfter, serial);
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new(NameOf(name), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string NameOf(string name) => $"CN={name}, O=SecureConversation tests";
}
