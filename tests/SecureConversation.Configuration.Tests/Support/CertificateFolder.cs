using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing;

namespace SecureConversation.Configuration.Tests.Support;

/// <summary>A folder with certificates in files, as an application has them beside its appsettings.json.</summary>
internal sealed class CertificateFolder : IDisposable
{
    public const string Password = "pfx password";

    public CertificateFolder()
    {
        WritePfx("service.pfx", TestCertificates.Service);
        WritePem("client.pem", "client.key", TestCertificates.Client);
        File.WriteAllText(In("authority.pem"), TestCertificates.Authority.ExportCertificatePem());
        File.WriteAllBytes(In("service.cer"), TestCertificates.Service.RawData);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("secureconversation").FullName;

    public string In(string file) => System.IO.Path.Combine(Path, file);

    public void Write(string file, string text) => File.WriteAllText(In(file), text);

    public void WritePfx(string file, X509Certificate2 certificate) =>
        Replace(file, certificate.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, Password));

    public void WritePem(string file, string keyFile, X509Certificate2 certificate)
    {
        Write(file, certificate.ExportCertificatePem());
        using var key = certificate.GetRSAPrivateKey()!;
        Write(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>As those do it who rotate certificates: no reader sees half a file.</summary>
    public void Replace(string file, byte[] content)
    {
        File.WriteAllBytes(In(file + ".new"), content);
        File.Move(In(file + ".new"), In(file), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
