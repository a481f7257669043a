using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>A signature that was verified, with its place in the header and the token whose key made it.</summary>
/// <param name="Signature">The element.</param>
/// <param name="Position">Its index among the children of the security header.</param>
/// <param name="Proof">The token of the client whose key signed; null where the key is none of the client's own.</param>
/// <param name="Token">The location of the token that holds the key; null when it does not travel.</param>
/// <param name="IsEndorsing">Whether it is by a supporting token, and not the primary signature.</param>
internal readonly record struct HeldSignature(
    SignatureElement Signature,
    int Position,
    ProvedToken? Proof,
    MessagePart? Token,
    bool IsEndorsing)
{
    /// <summary>The certificate of the signing key; null where another kind of key signed.</summary>
    public X509Certificate2? Certificate => Proof?.Certificate;
}

/// <summary>
/// Vouches for the parts of a message. In a <see cref="SignedMessage"/> the primary signature does so, in a <see cref="TransportMessage"/>
/// the transport. The later checks use only the members of this class.
/// </summary>
internal abstract class MessageIntegrity(SoapEnvelope document, SecurityHeader header) : IDisposable
{
    /// <summary>The document that was signed: the decrypted one, or the one on the wire where encryption came first.</summary>
    public SoapEnvelope Document { get; protected set; } = document;

    /// <summary>The security header of <see cref="Document"/>.</summary>
    public SecurityHeader Header { get; protected set; } = header;

    /// <summary>All verified signatures, the primary one first.</summary>
    public abstract List<HeldSignature> Signatures { get; }

    /// <summary>The primary signature; null where the transport protects the message.</summary>
    public virtual PrimarySignature? Primary => null;

    /// <summary>Verifies what stands in clear on the wire. Called when the message has been remembered.</summary>
    /// <param name="encrypted">The encrypted parts.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The symmetric keys of the message.</param>
    /// <param name="source">The certificates that the receiver knows.</param>
    /// <exception cref="SecurityFailureException">A reference leads nowhere, or a digest or an endorsing signature is wrong.</exception>
    public abstract void VerifyOnWire(EncryptedParts encrypted, MessageRequirements requirements, KeyRing keys, KeySource source);

    /// <summary>Verifies what was encrypted.</summary>
    /// <param name="plain">The decrypted envelope.</param>
    /// <param name="header">Its security header.</param>
    /// <param name="encrypted">The parts that were encrypted.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The symmetric keys of the message.</param>
    /// <param name="source">The certificates that the receiver knows.</param>
    /// <exception cref="SecurityFailureException">A reference leads nowhere, or a digest or an endorsing signature is wrong.</exception>
    public abstract void Complete(SoapEnvelope plain, SecurityHeader header, EncryptedParts encrypted, MessageRequirements requirements,
        KeyRing keys, KeySource source);

    /// <summary>
    /// Whether the part at a location is protected. It is when its own bytes were verified, not when another element of the same
    /// name or Id was.
    /// </summary>
    public bool Covers(MessagePart location) => Find(location) is not null;

    /// <summary>The covered part at a location, with the form in which it was digested; null when no signature covers it.</summary>
    public abstract CoveredPart? Find(MessagePart location);

    /// <summary>The octets that tell this message from all others, for the replay cache; empty when nothing does.</summary>
    public abstract ReadOnlySpan<byte> ReplayValue { get; }

    /// <summary>
    /// Octets that no other message may have either: of signatures that another message could bring beside one that is new.
    /// </summary>
    public virtual IEnumerable<byte[]> FurtherReplayValues => [];

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

    /// <summary>The token of the client whose key made the primary signature; null where the key is none of the client's own.</summary>
    public ProvedToken? PrimaryProof => Signatures.FirstOrDefault(s => !s.IsEndorsing).Proof;

    /// <summary>The signatures by supporting tokens.</summary>
    public IEnumerable<HeldSignature> Endorsements => Signatures.Where(s => s.IsEndorsing);

    /// <summary>Clears what the proof was made of.</summary>
    public abstract void Dispose();
}
