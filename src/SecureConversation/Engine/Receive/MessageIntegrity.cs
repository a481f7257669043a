using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Receive;

/// <summary>A signature that was verified, with its place in the header and the certificate whose key made it.</summary>
/// <param name="Signature">The element.</param>
/// <param name="Position">Its index among the children of the security header.</param>
/// <param name="Certificate">The certificate of the signing key; null for a symmetric key.</param>
/// <param name="Token">The location of the token that holds the certificate; null when it does not travel.</param>
/// <param name="IsEndorsing">Whether it signs the primary signature and not the message.</param>
internal readonly record struct HeldSignature(
    SignatureElement Signature,
    int Position,
    X509Certificate2? Certificate,
    MessagePart? Token,
    bool IsEndorsing);

/// <summary>
/// Vouches for the parts of a message. In a <see cref="SignedMessage"/> the primary signature does so; a transport that
/// protects the whole message could take its place. The later checks use only the members of this class.
/// </summary>
internal abstract class MessageIntegrity(SoapEnvelope document, SecurityHeader header)
{
    /// <summary>The document that was signed: the decrypted one, or the one on the wire where encryption came first.</summary>
    public SoapEnvelope Document { get; protected set; } = document;

    /// <summary>The security header of <see cref="Document"/>.</summary>
    public SecurityHeader Header { get; protected set; } = header;

    /// <summary>All verified signatures, the primary one first.</summary>
    public abstract IReadOnlyList<HeldSignature> Signatures { get; }

    /// <summary>
    /// Whether the part at a location is protected. It is when its own bytes were verified, not when another element of the same
    /// name or Id was.
    /// </summary>
    public bool Covers(MessagePart location) => Find(location) is not null;

    /// <summary>The covered part at a location, with the form in which it was digested; null when no signature covers it.</summary>
    public abstract CoveredPart? Find(MessagePart location);

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
