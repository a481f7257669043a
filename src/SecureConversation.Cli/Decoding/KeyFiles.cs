using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Cli.Decoding;

/// <summary>Reads certificates and keys from the files of the command line.</summary>
internal static class KeyFiles
{
    /// <summary>Reads file[:password]: PFX, PEM with its key inside or beside it (.key), or a certificate alone.</summary>
    /// <param name="argument">The path, with a password behind a colon where no file has the whole as its name.</param>
    /// <param name="password">The password of files that come without one; null for none.</param>
    /// <exception cref="CryptographicException">The file holds no certificate, or the password is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static X509Certificate2 Read(string argument, string? password)
    {
        var path = PathOf(argument);
        if (path.Length < argument.Length)
        {
            password = argument[(path.Length + 1)..];
        }

        var octets = File.ReadAllBytes(path);
        if (octets.AsSpan().IndexOf("-----BEGIN "u8) >= 0)
        {
            return ReadPem(path, System.Text.Encoding.UTF8.GetString(octets), password);
        }

        return X509Certificate2.GetCertContentType(octets) == X509ContentType.Cert
            ? X509CertificateLoader.LoadCertificate(octets)
            : X509CertificateLoader.LoadPkcs12(octets, password, X509KeyStorageFlags.EphemeralKeySet);
    }

    /// <summary>The path of file[:password]. What is behind a colon may be of a password, so nothing of it is taken for a name.</summary>
    public static string PathOf(string argument)
    {
        if (File.Exists(argument))
        {
            return argument;
        }

        // A drive of Windows has a colon, too.
        var from = OperatingSystem.IsWindows() && argument is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', ..] ? 2 : 0;
        var first = argument.IndexOf(':', from);
        for (var colon = first; colon > 0; colon = argument.IndexOf(':', colon + 1))
        {
            if (File.Exists(argument[..colon]))
            {
                return argument[..colon];
            }
        }

        return first > 0 ? argument[..first] : argument;
    }

    /// <summary>The file that has the key of a certificate in PEM.</summary>
    public static string Beside(string path) => Path.ChangeExtension(path, ".key");

    private static X509Certificate2 ReadPem(string path, string pem, string? password)
    {
        var beside = Beside(path);
        var key = pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? pem : File.Exists(beside) ? File.ReadAllText(beside) : null;
        return key is null ? X509Certificate2.CreateFromPem(pem)
            : key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(pem, key, password)
                : X509Certificate2.CreateFromPem(pem, key);
    }
}
