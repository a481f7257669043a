using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>A signature that was verified, with its place in the header and the certificate whose key made it.</summary>
/// <param name="Signature">The element.</param>
/// <param name="Item">Its place in the security header.</param>
/// <param name="Certificate">The certificate of the signing key; null for a symmetric key. Its trust is not judged yet.</param>
/// <param name="Token">The token in the header that holds the certificate; default when it does not travel.</param>
/// <param name="IsEndorsing">Whether it signs the primary signature and not the message.</param>
internal readonly record struct HeldSignature(
    SignatureElement Signature,
    SecurityItem Item,
    X509Certificate2? Certificate,
    SecurityItem Token,
    bool IsEndorsing);

/// <summary>
/// Vouches for the parts of a message. In a <see cref="SignedMessage"/> the primary signature does so; a transport that
/// protects the whole message could take its place. The later checks use only the members of this class.
/// </summary>
internal abstract class MessageIntegrity(SoapEnvelope document, SecurityHeader header)
{
    /// <summary>The document that was verified: the decrypted one, or the one on the wire where encryption came first.</summary>
    public SoapEnvelope Document { get; } = document;

    /// <summary>The security header of <see cref="Document"/>.</summary>
    public SecurityHeader Header { get; } = header;

    /// <summary>All verified signatures, the primary one first.</summary>
    public abstract IReadOnlyList<HeldSignature> Signatures { get; }

    /// <summary>
    /// Whether an element of <see cref="Document"/> is protected. The answer goes by location: an element is covered when its
    /// own bytes were verified, not when another element of the same name or Id was.
    /// </summary>
    public abstract bool Covers(XmlElement element);

    /// <summary>The octets that tell this message from all others, for the replay cache.</summary>
    public abstract ReadOnlySpan<byte> ReplayValue { get; }

    /// <summary>The certificate of the primary signature; null where a symmetric key made it.</summary>
    public X509Certificate2? Signer
    {
        get
        {
            foreach (var signature in Signatures)
            {
                if (!signature.IsEndorsing)
                {
                    return signature.Certificate;
                }
            }

            return null;
        }
    }

    /// <summary>The signatures that sign the primary one.</summary>
    public IEnumerable<HeldSignature> Endorsements => Signatures.Where(s => s.IsEndorsing);
}
