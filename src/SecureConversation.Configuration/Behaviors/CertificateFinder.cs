using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Configuration;

/// <summary>Loads certificates from stores and files.</summary>
internal static class CertificateFinder
{
    public static X509Certificate2 FromStore(ConfiguredCertificate wanted)
    {
        using var store = new X509Store(wanted.StoreName, wanted.StoreLocation);
        // A store that does not exist is an empty one.
        store.Open(OpenFlags.ReadOnly);
        var all = store.Certificates;
        try
        {
            var found = all.Find(wanted.X509FindType, Value(wanted), validOnly: false);
            return found.Count == 1
                ? new X509Certificate2(found[0])
                : throw ProblemFactory.Exception(
                    wanted.Location,
                    "certificate",
                    $"{found.Count} certificates match in {wanted}, and exactly one must.",
                    found.Count == 0
                        ? "Install it there, correct the findValue, or name a file with fileName."
                        : "Find it by FindByThumbprint, which is unique.");
        }
        finally
        {
            foreach (var certificate in all)
            {
                certificate.Dispose();
            }
        }
    }

    public static X509Certificate2 FromFile(ConfiguredCertificate wanted)
    {
        var path = wanted.FileName!;
        if (wanted.KeyFileName is not null)
        {
            return wanted.Password is null
                ? X509Certificate2.CreateFromPemFile(path, wanted.KeyFileName)
                : X509Certificate2.CreateFromEncryptedPemFile(path, wanted.Password, wanted.KeyFileName);
        }

        return X509Certificate2.GetCertContentType(path) is X509ContentType.Pkcs12
            ? X509CertificateLoader.LoadPkcs12FromFile(path, wanted.Password)
            : X509CertificateLoader.LoadCertificateFromFile(path);
    }

    /// <summary>The certificates of a file: several in PEM, one in DER.</summary>
    public static X509Certificate2Collection AllOfFile(string path)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        if (all.Count == 0)
        {
            all.Add(X509CertificateLoader.LoadCertificateFromFile(path));
        }

        return all;
    }

    private static object Value(ConfiguredCertificate wanted) => wanted.X509FindType switch
    {
        // These take a time and not a string; WCF reads it in the invariant culture.
        X509FindType.FindByTimeValid or X509FindType.FindByTimeNotYetValid or X509FindType.FindByTimeExpired =>
            DateTime.TryParse(wanted.FindValue, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw new ArgumentException($"'{wanted.FindValue}' is not a time."),
        // Thumbprints are often copied from a dialog, with spaces and an invisible mark in front.
        X509FindType.FindByThumbprint => string.Concat(wanted.FindValue.Where(char.IsAsciiHexDigit)),
        _ => wanted.FindValue,
    };
}
