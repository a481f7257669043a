using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The certificates in one store of the platform, by what references name them by. It is read again after some seconds, by one message at a
/// time: the others go by what was read before. Safe for concurrent use.
/// </summary>
internal sealed class StoredCertificates
{
    private readonly StoreName _name;
    private readonly StoreLocation _location;
    private readonly Lock _reading = new();
    private volatile Snapshot _snapshot;

    public StoredCertificates(StoreName name, StoreLocation location)
    {
        (_name, _location) = (name, location);
        _snapshot = new Snapshot(Read(null), Environment.TickCount64);
    }

    public X509Certificate2? Find(KeyReference reference, DateTimeOffset now)
    {
        if (Environment.TickCount64 - _snapshot.Read > CertificateStores.Keep.TotalMilliseconds && _reading.TryEnter())
        {
            try
            {
                _snapshot = new Snapshot(Read(_snapshot.Certificates), Environment.TickCount64);
            }
            finally
            {
                _reading.Exit();
            }
        }

        return _snapshot.Certificates.Find(reference, now);
    }

    private CertificateIndex Read(CertificateIndex? earlier)
    {
        try
        {
            using var store = new X509Store(_name, _location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            var certificates = store.Certificates;
            try
            {
                return CertificateIndex.Of(certificates, earlier);
            }
            finally
            {
                foreach (var certificate in certificates)
                {
                    certificate.Dispose();
                }
            }
        }
        catch (CryptographicException)
        {
            // The platform has no such store any more, or it has not been written to.
            return CertificateIndex.Of([]);
        }
    }

    private sealed record Snapshot(CertificateIndex Certificates, long Read);
}
