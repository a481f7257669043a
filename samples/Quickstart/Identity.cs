using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace Quickstart;

/// <summary>Somebody with a certificate, made for this run and kept in memory only.</summary>
internal sealed class Identity : IDisposable
{
    private readonly X509Certificate2 _certificate;

    private readonly RSA _key;

    private Identity(X509Certificate2 certificate, RSA key)
    {
        _certificate = certificate;
        _key = key;
        Key = new CountingRsa(key);
        Credential = new X509Credential(certificate, Key);
    }

    public X509Certificate2 Certificate => Credential.Certificate;

    public X509Credential Credential { get; }

    public CountingRsa Key { get; }

    public static Identity CreateAuthority(string name)
    {
        var key = RSA.Create(2048);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var today = Today();
        return new Identity(request.CreateSelfSigned(today.AddDays(-1), today.AddDays(2)), key);
    }

    /// <summary>A certificate of this authority.</summary>
    public Identity Issue(string name)
    {
        var key = RSA.Create(2048);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var today = Today();
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 1;
        return new Identity(request.Create(_certificate, today.AddDays(-1), today.AddDays(1), serial), key);
    }

    /// <summary>The certificate with its key, for files.</summary>
    public X509Certificate2 ExportableCertificate()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(_certificate.RawData);
        return certificate.CopyWithPrivateKey(_key);
    }

    public void Dispose()
    {
        Credential.Dispose();
        Key.Dispose();
        _certificate.Dispose();
    }

    private static CertificateRequest Request(string name, RSA key) => new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static DateTimeOffset Today() => new(DateTime.UtcNow.Date, TimeSpan.Zero);
}
