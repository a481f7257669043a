using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The certificates of clients that were accepted lately, by their octets: parsing one, and its key, costs as much as using a private key.
/// What is kept follows from the octets alone. Whether a certificate is trusted is judged each time, and a stranger's displaces none.
/// Whoever gets a certificate gets an object of his own, which he may dispose of. Safe for concurrent use.
/// </summary>
internal static class KnownCertificates
{
    /// <summary>So many are known at least, once there were as many, and twice as many at most.</summary>
    internal const int Generation = 256;

    private static Generations Latest = new([], []);

    /// <summary>The certificate with these octets; null when it is not known.</summary>
    public static X509Certificate2? Find(ReadOnlySpan<byte> raw)
    {
        var (current, previous) = Volatile.Read(ref Latest);
        var key = KeyOf(raw);
        if (!current.TryGetValue(key, out var found) && previous.TryGetValue(key, out found))
        {
            Add(key, found);
        }

        // The name is a part of a hash; the octets are compared.
        return found is not null && found.Facts.Raw.AsSpan().SequenceEqual(raw) ? found.Copy() : null;
    }

    /// <summary>The certificate with these octets, parsed where it is not known.</summary>
    /// <exception cref="CryptographicException">The octets are no certificate.</exception>
    public static X509Certificate2 Load(ReadOnlySpan<byte> raw) => Find(raw) ?? X509CertificateLoader.LoadCertificate(raw);

    /// <summary>Remembers the certificate of a client who was accepted.</summary>
    public static void Remember(X509Certificate2 certificate)
    {
        if (X509Facts.OfKnown(certificate) is not null || X509Facts.HasLongSerialNumber(certificate))
        {
            return;
        }

        var raw = certificate.RawDataMemory.Span;
        var key = KeyOf(raw);
        if (Volatile.Read(ref Latest).Current.TryGetValue(key, out var known) && known.Facts.Raw.AsSpan().SequenceEqual(raw))
        {
            X509Facts.Share(certificate, known.Facts);
            return;
        }

        // This one's owner may dispose of it. The object for it here is never handed out, and ends with its finalizer.
        var own = new X509Certificate2(certificate);
        var facts = X509Facts.OfLasting(own);
        X509Facts.Share(certificate, facts);
        Add(key, new Known(own, facts));
    }

    private static void Add(UInt128 key, Known known)
    {
        var generations = Volatile.Read(ref Latest);
        if (generations.Current.Count >= Generation)
        {
            var next = new Generations([], generations.Current);
            var seen = Interlocked.CompareExchange(ref Latest, next, generations);
            generations = seen == generations ? next : seen;
        }

        generations.Current.TryAdd(key, known);
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> raw)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(raw, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed record Known(X509Certificate2 Own, X509Facts Facts)
    {
        public X509Certificate2 Copy()
        {
            var copy = new X509Certificate2(Own);
            X509Facts.Share(copy, Facts);
            return copy;
        }
    }

    private sealed record Generations(ConcurrentDictionary<UInt128, Known> Current, ConcurrentDictionary<UInt128, Known> Previous);
}
