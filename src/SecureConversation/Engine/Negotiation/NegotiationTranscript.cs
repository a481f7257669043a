using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Negotiation;

/// <summary>
/// What both sides saw of a negotiation: SHA-1 over the canonical forms of its elements in the order of the wire. The authenticator that
/// the service makes of it and of the key shows the client that nobody changed a leg (WS-Trust 1.3 section 8.9; the algorithm is WCF's,
/// whatever the suite).
/// </summary>
internal sealed class NegotiationTranscript : IDisposable
{
    public const int AuthenticatorBytes = 32;

    // A few legs, each with the octets of one flight in base64.
    private const int MaxCanonical = 256 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

    /// <summary>Adds an element that this side wrote.</summary>
    /// <param name="canonical">Its canonical form.</param>
    public void Add(ReadOnlySpan<byte> canonical) => _hash.AppendData(canonical);

    /// <summary>
    /// Adds an element as it came, white space included and comments not, as WCF does.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="omitted">The names of its children that do not count.</param>
    /// <exception cref="SecurityFailureException">The element is too long.</exception>
    public void Add(XmlElement element, params ReadOnlySpan<XmlName> omitted)
    {
        using var alone = new PooledBytes();
        element.WriteOnItsOwn(alone, MaxCanonical);
        using var index = XmlIndex.Parse(alone.Memory, XmlLimits.Default);
        using var rest = new PooledBytes();
        WriteWithout(index.Root, omitted, rest);
        using var restIndex = XmlIndex.Parse(rest.Memory, XmlLimits.Default);
        using var canonical = new BufferSink(MaxCanonical);
        ExclusiveCanonicalizer.Canonicalize(restIndex.Root, default, CanonicalForm.Recommendation, canonical);
        _hash.AppendData(canonical.WrittenSpan);
    }

    /// <summary>Computes the authenticator. To be called once.</summary>
    public byte[] ComputeAuthenticator(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        var authenticator = new byte[AuthenticatorBytes];
        PHash.Derive(KeyDerivationAlgorithm.PSha1, key, "AUTH-HASH"u8, digest, 0, authenticator);
        return authenticator;
    }

    public void Dispose() => _hash.Dispose();

    private static void WriteWithout(XmlElement element, ReadOnlySpan<XmlName> omitted, PooledBytes output)
    {
        var document = element.Index.Bytes;
        var position = element.Start;
        foreach (var child in element.Children)
        {
            if (IsAny(child, omitted))
            {
                output.Write(document[position..child.Start]);
                position = child.End;
            }
        }

        output.Write(document[position..element.End]);
    }

    private static bool IsAny(XmlElement element, ReadOnlySpan<XmlName> names)
    {
        foreach (var name in names)
        {
            if (element.Is(name))
            {
                return true;
            }
        }

        return false;
    }
}
