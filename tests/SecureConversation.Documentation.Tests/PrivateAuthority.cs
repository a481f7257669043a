using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing;

namespace SecureConversation.Documentation.Tests;

/// <summary>A folder with the files that the programs read: certificates of a private authority.</summary>
internal sealed class PrivateAuthority : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public PrivateAuthority()
    {
        Write("authority.cer", TestCertificates.Authority, X509ContentType.Cert);
        Write("service.cer", TestCertificates.Service, X509ContentType.Cert);
        Write("service.pfx", TestCertificates.Service, X509ContentType.Pkcs12);
        Write("client.pfx", TestCertificates.Client, X509ContentType.Pkcs12);
    }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, X509Certificate2 certificate, X509ContentType type) =>
        File.WriteAllBytes(Path.Combine(Folder, name), certificate.Export(type));
}
