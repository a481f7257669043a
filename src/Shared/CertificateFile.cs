using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Shared;

/// <summary>Reads certificates from files.</summary>
internal static class CertificateFile
{
    /// <summary>The largest file in bytes.</summary>
    private const int MaxBytes = 1024 * 1024;

    // Keys stay in memory. macOS has its keychains only.
    private static X509KeyStorageFlags KeyStorage =>
        OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;

    /// <summary>A certificate with its private key.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file holds something else, or the password is wrong.</exception>
    public static X509Certificate2 WithKey(string path, string? keyPath, string? password)
    {
        var bytes = Bytes(path);
        if (!IsPem(bytes))
        {
            return keyPath is null
                ? X509CertificateLoader.LoadPkcs12(bytes, password, KeyStorage)
                : throw new CryptographicException(
                    "KeyPath is set, and the file is not in PEM: remove KeyPath, or convert the file to PEM.");
        }

        var certificate = Text(bytes);
        var key = keyPath is null ? certificate : Text(Bytes(keyPath));
        return password is null
            ? X509Certificate2.CreateFromPem(certificate, key)
            : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
    }

    /// <summary>The certificates of a file, without private keys.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The file holds something else, or the password is wrong.</exception>
    public static X509Certificate2Collection WithoutKeys(string path, string? password)
    {
        var bytes = Bytes(path);
        if (IsPem(bytes))
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(Text(bytes));
            return found.Count > 0 ? found : throw new CryptographicException("The file has no certificate in PEM.");
        }

        if (X509Certificate2.GetCertContentType(bytes) is X509ContentType.Pkcs12)
        {
            // Which of several is meant is said by its key, and without a key by nothing.
            using var certificate = X509CertificateLoader.LoadPkcs12(bytes, password, KeyStorage);
            return [X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span)];
        }

        return [X509CertificateLoader.LoadCertificate(bytes)];
    }

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (file.Length > MaxBytes)
        {
            throw new IOException($"The file has {file.Length} bytes, and certificates have at most {MaxBytes}.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsPem(byte[] bytes) => bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
