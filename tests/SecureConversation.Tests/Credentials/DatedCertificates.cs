using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Tests.Credentials;

/// <summary>Certificates made on the spot, for tests that say what time it is: they are valid around <see cref="Now"/>.</summary>
internal static class DatedCertificates
{
    // Making keys is what takes time; no test cares whether certificates share one.
    private static readonly RSA Key = RSA.Create(2048);

    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static X509Certificate2 Root(string subject = "CN=Test Root")
    {
        var request = new CertificateRequest(subject, Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(5));
    }

    public static X509Certificate2 Leaf(X509Certificate2 issuer, string subject = "CN=leaf", Action<SubjectAlternativeNameBuilder>? names = null)
    {
        using var bare = Request(subject, names).Create(issuer, Now.AddMonths(-1), Now.AddMonths(1), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(Key);
    }

    /// <summary>A certificate that names an address for revocation lists and one for the certificate of its issuer.</summary>
    public static X509Certificate2 Of(X509Certificate2 issuer, string subject, Uri address)
    {
        using var bare = Request(subject, address).Create(issuer, Now.AddMonths(-1), Now.AddMonths(1), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(Key);
    }

    /// <inheritdoc cref="Of(X509Certificate2, string, Uri)"/>
    public static X509Certificate2 Of(string unknownIssuer, string subject, Uri address)
    {
        using var bare = Request(subject, address).Create(new X500DistinguishedName(unknownIssuer),
            X509SignatureGenerator.CreateForRSA(Key, RSASignaturePadding.Pkcs1), Now.AddMonths(-1), Now.AddMonths(1), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(Key);
    }

    /// <summary>The revocation list of an issuer.</summary>
    public static byte[] RevocationList(X509Certificate2 issuer, X509Certificate2? revoked)
    {
        var list = new CertificateRevocationListBuilder();
        if (revoked is not null)
        {
            list.AddEntry(revoked, Now.AddDays(-2));
        }

        return list.Build(issuer, 1, Now.AddMonths(1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, Now.AddDays(-1));
    }

    public static X509Certificate2 SelfSigned(string subject, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        return Request(subject, names).CreateSelfSigned(Now.AddMonths(-1), Now.AddMonths(1));
    }

    private static CertificateRequest Request(string subject, Uri address)
    {
        var request = Request(subject, names: null);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [$"{address}issuer.cer"]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{address}{Guid.NewGuid():N}.crl"]));
        return request;
    }

    private static CertificateRequest Request(string subject, Action<SubjectAlternativeNameBuilder>? names)
    {
        var request = new CertificateRequest(subject, Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        return request;
    }
}
