using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The certificates in stores of the platform. They are read again after some seconds and not for each message: where stores are
/// files, a stranger's message would have all of them read. Safe for concurrent use.
/// </summary>
/// <param name="location">Whose stores.</param>
internal sealed class CertificateStores(StoreLocation location)
{
    /// <summary>How long a change of a store may go unnoticed.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<StoreName, Snapshot> _known = new();

    /// <summary>Whether the platform has such a store, though it may be empty. On Linux the machine has none for people.</summary>
    public static bool IsOffered(StoreName name, StoreLocation location)
    {
        try
        {
            using var store = new X509Store(name, location, OpenFlags.ReadOnly);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether a store holds a certificate; false when the platform has no such store.</summary>
    /// <param name="name">The store.</param>
    /// <param name="certificate">The certificate.</param>
    public bool Contains(StoreName name, X509Certificate2 certificate)
    {
        var now = Environment.TickCount64;
        if (!_known.TryGetValue(name, out var snapshot) || now - snapshot.Read > Keep.TotalMilliseconds)
        {
            _known[name] = snapshot = new Snapshot(Read(name), now);
        }

        return snapshot.Certificates.Contains(KeyOf(certificate));
    }

    private HashSet<string> Read(StoreName name)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var store = new X509Store(name, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            foreach (var entry in store.Certificates)
            {
                keys.Add(KeyOf(entry));
                entry.Dispose();
            }
        }
        catch (CryptographicException)
        {
            // The platform has no such store.
        }

        return keys;
    }

    // The thumbprint of the platform is only as strong as SHA-1.
    private static string KeyOf(X509Certificate2 certificate) => Convert.ToHexString(SHA256.HashData(certificate.RawDataMemory.Span));

    private sealed record Snapshot(HashSet<string> Certificates, long Read);
}
