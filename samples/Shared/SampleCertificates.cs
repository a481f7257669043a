using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Samples;

/// <summary>
/// The certificates of the samples: made by whichever sample runs first and kept in the temporary folder, where the other one finds
/// them. A real service gets its certificate from a certificate authority.
/// </summary>
internal static class SampleCertificates
{
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "SecureConversation.Samples");

    /// <summary>The service with its private key. Its DNS name is localhost.</summary>
    public static X509Certificate2 Service => Load("localhost");

    /// <summary>The client with its private key.</summary>
    public static X509Certificate2 Client => Load("client");

    /// <summary>The file of the service's certificate and key, for programs that read it themselves.</summary>
    public static string ServiceFile => FileOf(Service);

    /// <summary>That of the client.</summary>
    public static string ClientFile => FileOf(Client);

    private static string FileOf(X509Certificate2 made)
    {
        using (made)
        {
            return PathOf(made.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        }
    }

    private static string PathOf(string name) => Path.Combine(Folder, name + ".pfx");

    private static X509Certificate2 Load(string name)
    {
        Directory.CreateDirectory(Folder);
        var file = PathOf(name);
        // Both samples may start at once: one of them makes the file, the other one waits for it.
        using var exclusive = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (exclusive.Length == 0)
        {
            exclusive.Write(Create(name));
            exclusive.Position = 0;
        }

        var content = new byte[exclusive.Length];
        exclusive.ReadExactly(content);
        return X509CertificateLoader.LoadPkcs12(content, password: null);
    }

    private static byte[] Create(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return certificate.Export(X509ContentType.Pfx);
    }
}
