using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>Certificates by what references name them by. It has copies of its own, which it hands out. Immutable.</summary>
internal sealed class CertificateIndex
{
    /// <summary>How many certificates may have one serial number or key: each is looked at for a message of a stranger.</summary>
    public const int MostOfOneName = 256;

    private readonly Dictionary<(KeyReferenceKind Kind, string Name), List<X509Certificate2>> _byName = [];

    private CertificateIndex()
    {
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _byName.Count == 0;

    /// <summary>The serial number or key identifier that more certificates have than are looked at; null when there is none.</summary>
    public string? Crowded { get; private set; }

    /// <summary>
    /// Copies certificates. Their keys are made here: otherwise the time of a message would tell which of them is named for the first time
    /// since then.
    /// </summary>
    /// <param name="certificates">The certificates.</param>
    /// <param name="earlier">Another index, whose copies serve for the same certificates; null for none.</param>
    public static CertificateIndex Of(IEnumerable<X509Certificate2> certificates, CertificateIndex? earlier = null)
    {
        var index = new CertificateIndex();
        foreach (var certificate in certificates)
        {
            index.Add(earlier?.FindCopy(certificate) ?? X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span));
        }

        return index;
    }

    /// <summary>The certificate that a reference names: of several one that is valid, and of those the newest; null for none.</summary>
    public X509Certificate2? Find(KeyReference reference, DateTimeOffset now)
    {
        var name = Name(reference.Kind == KeyReferenceKind.RawData ? SHA1.HashData(reference.Value.Span) : reference.Value.Span);
        var kind = reference.Kind == KeyReferenceKind.RawData ? KeyReferenceKind.Thumbprint : reference.Kind;
        X509Certificate2? found = null;
        foreach (var candidate in _byName.GetValueOrDefault((kind, name)) ?? [])
        {
            if (reference.Matches(candidate) && (found is null || IsBetter(candidate, found, now)))
            {
                found = candidate;
            }
        }

        return found;
    }

    private static bool IsBetter(X509Certificate2 certificate, X509Certificate2 other, DateTimeOffset now)
    {
        var (isValid, isOtherValid) = (IsValid(certificate, now), IsValid(other, now));
        return isValid == isOtherValid ? certificate.NotBefore > other.NotBefore : isValid;
    }

    private static bool IsValid(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotBefore <= now.LocalDateTime && now.LocalDateTime <= certificate.NotAfter;

    private X509Certificate2? FindCopy(X509Certificate2 certificate)
    {
        var thumbprint = Name(SHA1.HashData(certificate.RawDataMemory.Span));
        return _byName.GetValueOrDefault((KeyReferenceKind.Thumbprint, thumbprint))?.Find(copy =>
            copy.Handle != IntPtr.Zero && copy.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
    }

    private void Add(X509Certificate2 certificate)
    {
        var facts = X509Facts.OfLasting(certificate);
        facts.MakeKey();
        Add(KeyReferenceKind.Thumbprint, facts.Thumbprint, certificate);
        Add(KeyReferenceKind.SubjectKeyIdentifier, facts.KnownKeyIdentifier, certificate);
        Add(KeyReferenceKind.IssuerSerial, facts.SerialNumber, certificate);
    }

    private void Add(KeyReferenceKind kind, byte[] value, X509Certificate2 certificate)
    {
        var key = (kind, Name(value));
        if (!_byName.TryGetValue(key, out var known))
        {
            _byName[key] = known = new List<X509Certificate2>(1);
        }

        if (known.Exists(other => other.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
        {
            return;
        }

        if (known.Count == MostOfOneName)
        {
            Crowded = key.Item2;
            return;
        }

        known.Add(certificate);
    }

    private static string Name(ReadOnlySpan<byte> value) => Convert.ToHexString(value);
}
