using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Configuration.Json;

/// <summary>Finds certificates in the stores of the platform.</summary>
internal static class CertificateStore
{
    /// <summary>The certificate that a thumbprint or a part of a subject means; null when there is none.</summary>
    /// <param name="source">What is sought.</param>
    /// <param name="needsKey">Whether it must have its private key.</param>
    /// <exception cref="CryptographicException">
    /// The store does not exist or may not be read, or the part of the subject fits certificates of several subjects.
    /// </exception>
    public static X509Certificate2? Find(CertificateSource source, bool needsKey)
    {
        using var store = new X509Store(source.Store ?? nameof(StoreName.My), source.Location ?? StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var found = source.Thumbprint is { } thumbprint
            ? store.Certificates.Find(X509FindType.FindByThumbprint, Digits(thumbprint), validOnly: !source.AllowInvalid)
            : store.Certificates.Find(X509FindType.FindBySubjectName, source.Subject!, validOnly: !source.AllowInvalid);
        return Choose([.. found], source.Subject, needsKey);
    }

    /// <summary>
    /// Those with a private key come first where one is needed, then those whose common name is the whole text, then the one that is valid
    /// for longest: the renewed one. Another subject that merely contains the text is not taken for it.
    /// </summary>
    internal static X509Certificate2? Choose(IReadOnlyCollection<X509Certificate2> found, string? subject, bool needsKey)
    {
        var left = needsKey && found.Where(c => c.HasPrivateKey).ToList() is { Count: > 0 } own ? own : found.ToList();
        if (subject is not null)
        {
            var exact = left.FindAll(c =>
                string.Equals(c.GetNameInfo(X509NameType.SimpleName, false), subject, StringComparison.OrdinalIgnoreCase));
            left = exact.Count > 0 ? exact : left;
            if (left.Select(c => c.Subject).Distinct(StringComparer.Ordinal).Take(2).ToList() is [var one, var other])
            {
                throw new CryptographicException(
                    $"The subject '{subject}' fits several certificates, such as '{one}' and '{other}': "
                    + "write more of it, or a Thumbprint.");
            }
        }

        return left.MaxBy(certificate => certificate.NotAfter);
    }

    // The dialogs of Windows show it with spaces, and copy an invisible mark before it.
    private static string Digits(string thumbprint) => string.Concat(thumbprint.Where(char.IsAsciiHexDigit));
}
