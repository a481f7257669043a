using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>
/// Computes digests of canonical elements (XML Signature section 4.3.3), with one sink for all references of a message. The canonical bytes
/// are not kept, and their number is bounded by the size of the message.
/// </summary>
internal sealed class ReferenceDigest(DigestAlgorithm algorithm) : IDisposable
{
    private DigestSink? _sink;

    public DigestAlgorithm Algorithm { get; } = algorithm;

    /// <summary>Canonical bytes of all references so far, both forms included.</summary>
    public long CanonicalBytes => _sink?.Spent ?? 0;

    /// <summary>
    /// Compares the digest of an element with the expected one in fixed time. Accepts the canonical form of the recommendation
    /// and, where WCF computes another, that form too (Deviation D1). Returns the form that has the digest; null when neither has.
    /// </summary>
    /// <exception cref="Failures.SecurityFailureException">The canonical bytes exceed their budget.</exception>
    public CanonicalForm? Match(
        XmlElement element, ReadOnlySpan<byte> inclusivePrefixes, ReadOnlySpan<byte> expected, PrefixSurvey? survey = null,
        XmlElement omitted = default)
    {
        Span<byte> actual = stackalloc byte[64];
        var differs = Compute(element, inclusivePrefixes, CanonicalForm.Recommendation, actual, survey, omitted);
        if (CryptographicOperations.FixedTimeEquals(actual[..Algorithm.Size], expected))
        {
            return CanonicalForm.Recommendation;
        }

        if (!differs)
        {
            return null;
        }

        Compute(element, inclusivePrefixes, CanonicalForm.Wcf, actual, omitted: omitted);
        return CryptographicOperations.FixedTimeEquals(actual[..Algorithm.Size], expected) ? CanonicalForm.Wcf : null;
    }

    /// <summary>Computes the digest of an element; returns true when WCF would compute another one.</summary>
    /// <exception cref="Failures.SecurityFailureException">The canonical bytes exceed their budget.</exception>
    public bool Compute(
        XmlElement element, ReadOnlySpan<byte> inclusivePrefixes, CanonicalForm form, Span<byte> digest, PrefixSurvey? survey = null,
        XmlElement omitted = default)
    {
        // All references of a message lie in one document, so the first one gives its size.
        _sink ??= new DigestSink(Algorithm.Hash, CanonicalBudget.Of(element.Index.Bytes.Length));
        _sink.Reset();
        var differs = ExclusiveCanonicalizer.Canonicalize(element, inclusivePrefixes, form, _sink, survey: survey, omitted: omitted);
        _sink.GetHash(digest);
        return differs;
    }

    public void Dispose() => _sink?.Dispose();
}
