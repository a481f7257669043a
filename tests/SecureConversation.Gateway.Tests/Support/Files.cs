using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>The certificates of tests as files, made once per process.</summary>
internal static class Files
{
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gateway.Files.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    });

    public static string Authority { get; } = Public(TestCertificates.Authority, "authority.pem");

    public static string Service { get; } = Private(TestCertificates.Service, "service.pfx");

    public static string ServicePublic { get; } = Public(TestCertificates.Service, "service.pem");

    public static string Client { get; } = Private(TestCertificates.Client, "client.pfx");

    public static string ClientPublic { get; } = Public(TestCertificates.Client, "client.pem");

    public static string Other { get; } = Private(TestCertificates.Other, "other.pfx");

    public static string OtherPublic { get; } = Public(TestCertificates.Other, "other.pem");

    /// <summary>A key on P-256 with a certificate of its own, for tokens.</summary>
    public static string TokenKey { get; } = CreateTokenKey();

    public static string PrivateOf(X509Certificate2 certificate) => certificate == TestCertificates.Other ? Other : Client;

    public static string PublicOf(X509Certificate2 certificate) => certificate == TestCertificates.Other ? OtherPublic : ServicePublic;

    public static string Path(string name) => System.IO.Path.Combine(Folder.Value, name);

    private static string Public(X509Certificate2 certificate, string name)
    {
        File.WriteAllText(Path(name), certificate.ExportCertificatePem());
        return Path(name);
    }

    private static string Private(X509Certificate2 certificate, string name)
    {
        File.WriteAllBytes(Path(name), certificate.Export(X509ContentType.Pkcs12));
        return Path(name);
    }

    private static string CreateTokenKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tokens", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
        File.WriteAllText(Path("tokens.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return Path("tokens.pem");
    }
}
