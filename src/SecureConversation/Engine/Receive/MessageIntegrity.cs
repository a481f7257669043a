using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>A signature that held: what it says, where it stands, and the certificate that made it, if it was one.</summary>
/// <param name="Signature">The element.</param>
/// <param name="Item">Its place in the security header.</param>
/// <param name="Certificate">The certificate behind it; null for a symmetric key. Its trust is not judged yet.</param>
/// <param name="Token">The token in the header that holds the certificate; default when it does not travel.</param>
/// <param name="IsEndorsing">Whether it signs another signature, and not the message.</param>
internal readonly record struct HeldSignature(SignatureElement Signature, SecurityItem Item, X509Certificate2? Certificate, SecurityItem Token, bool IsEndorsing);

/// <summary>
/// What vouches for the parts of a message. <see cref="SignedMessage"/> is the one whose primary signature does; where a transport
/// protects the whole message, that does. Everything after it asks only the questions here.
/// </summary>
internal abstract class MessageIntegrity(SoapEnvelope document, SecurityHeader header)
{
    /// <summary>The document that was verified: the one in clear, or the wire where encryption came first.</summary>
    public SoapEnvelope Document { get; } = document;

    /// <summary>The security header of that document.</summary>
    public SecurityHeader Header { get; } = header;

    /// <summary>All signatures that held, the primary one first.</summary>
    public abstract IReadOnlyList<HeldSignature> Signatures { get; }

    /// <summary>
    /// Whether an element is protected. The answer goes by location: an element is covered when its own bytes were, not when something
    /// of the same name or Id was.
    /// </summary>
    public abstract bool Covers(XmlElement element);

    /// <summary>The octets that tell this message from all others, for the replay cache.</summary>
    public abstract ReadOnlySpan<byte> ReplayValue { get; }

    /// <summary>The certificate that vouches for the message itself; null where a symmetric key does.</summary>
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

    /// <summary>The signatures over the primary one.</summary>
    public IEnumerable<HeldSignature> Endorsements => Signatures.Where(s => s.IsEndorsing);
}
