using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>Computes digests of canonical elements (XML Signature section 4.3.3), with one sink for all references of a message.</summary>
internal sealed class ReferenceDigest(DigestAlgorithm algorithm) : IDisposable
{
    private readonly DigestSink _sink = new(algorithm.Hash);

    public DigestAlgorithm Algorithm { get; } = algorithm;

    /// <summary>
    /// Compares the digest of an element with the expected one in fixed time. Accepts the canonical form of the recommendation
    /// and, where WCF computes another, that form too (Deviation D1). Under either, elements with equal digests look equal to
    /// an application.
    /// </summary>
    public bool Verify(XmlElement element, ReadOnlySpan<byte> inclusivePrefixes, ReadOnlySpan<byte> expected)
    {
        Span<byte> actual = stackalloc byte[64];
        var differs = Compute(element, inclusivePrefixes, CanonicalForm.Recommendation, actual);
        if (CryptographicOperations.FixedTimeEquals(actual[..Algorithm.Size], expected))
        {
            return true;
        }

        if (!differs)
        {
            return false;
        }

        Compute(element, inclusivePrefixes, CanonicalForm.Wcf, actual);
        return CryptographicOperations.FixedTimeEquals(actual[..Algorithm.Size], expected);
    }

    /// <summary>Computes the digest of an element; returns true when WCF would compute another one.</summary>
    public bool Compute(XmlElement element, ReadOnlySpan<byte> inclusivePrefixes, CanonicalForm form, Span<byte> digest)
    {
        _sink.Reset();
        var differs = ExclusiveCanonicalizer.Canonicalize(element, inclusivePrefixes, form, _sink);
        _sink.GetHash(digest);
        return differs;
    }

    public void Dispose() => _sink.Dispose();
}
