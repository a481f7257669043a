using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Testing.Processes;

/// <summary>
/// The home of a user of his own, with stores of certificates, for processes of a test. On Linux .NET keeps the stores of a user in files
/// below his home; elsewhere they belong to the real user, and nothing is written there.
/// </summary>
public sealed class HomeDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("home");

    public static bool IsOffered => OperatingSystem.IsLinux();

    public string Path => _directory.FullName;

    /// <summary>Puts a certificate into a store: My, Root, AddressBook.</summary>
    public void Install(string store, X509Certificate2 certificate, bool withKey)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The stores would be those of the real user.");
        }

        var folder = System.IO.Path.Combine(Path, ".dotnet", "corefx", "cryptography", "x509stores", store.ToLowerInvariant());
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        var bytes = (withKey ? certificate : bare).Export(X509ContentType.Pkcs12);
        var file = System.IO.Path.Combine(folder, certificate.Thumbprint + ".pfx");
        File.WriteAllBytes(file, bytes);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
