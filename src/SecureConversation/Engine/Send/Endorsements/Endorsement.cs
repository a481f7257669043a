using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The token of a client that signs the primary signature, or the timestamp where the transport protects the message (WS-SecurityPolicy
/// 1.2 section 8.3), and that signature. Each kind of token that endorses has one class.
/// </summary>
internal abstract class Endorsement(MessageRequirements requirements) : IDisposable
{
    protected MessageRequirements Requirements => requirements;

    /// <summary>Makes the endorsement by one supporting token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="extras">The credentials of the client, and the context that it renews.</param>
    /// <param name="ids">Hands out Ids of this message.</param>
    /// <param name="making">What tokens are made of.</param>
    public static Endorsement Create(
        SupportingToken token, MessageRequirements requirements, SenderExtras extras, IdAllocator ids, TokenMaking making) =>
        token.Kind switch
        {
            _ when token.Parameters is IssuedSecurityTokenParameters issued => new IssuedTokenEndorsement(
                issued, extras.Issued!.Of(issued), requirements, ids, making.Random),
            X509TokenKind => new CertificateEndorsement(requirements, token.Parameters, making, UniqueIds.Next(making.Random)),
            SecurityContextTokenKind => new ContextEndorsement(extras.Endorsing!, requirements, ids, making.Random),
            UserNameTokenKind => new UserNameEndorsement(
                requirements, (UserNameSecurityTokenParameters)token.Parameters, making, ids),
            RsaTokenKind => new RsaEndorsement(requirements, extras.RsaKey!.Value),
            _ => throw new NotSupportedException($"{token.Kind.ElementName} endorses nothing."),
        };

    /// <summary>
    /// Writes the token in canonical form; returns the Id by which a signature covers it, or null for a kind without an element.
    /// </summary>
    public abstract string? WriteToken(PooledBytes output);

    /// <summary>Writes what the signature needs beside the token: a key that is derived from it.</summary>
    public virtual void WriteDerivedKey(PooledBytes output)
    {
    }

    /// <summary>Writes the signature; returns its value.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="parts">What it signs.</param>
    /// <param name="byPrivateKey">What it signs as well where no symmetric key signs.</param>
    public byte[] Sign(PooledBytes output, IEnumerable<PartDigest> parts, IEnumerable<PartDigest> byPrivateKey)
    {
        using var signature = new SignatureWriter(requirements.Suite, CurveKey);
        foreach (var part in IsSymmetric ? parts : parts.Concat(byPrivateKey))
        {
            signature.Add(part, IsSymmetric);
        }

        return Finish(signature, output);
    }

    public virtual void Dispose()
    {
    }

    /// <summary>The private key on an elliptic curve, where one signs; null where another key does.</summary>
    protected virtual ECDsa? CurveKey => null;

    /// <summary>Whether a symmetric key signs.</summary>
    protected abstract bool IsSymmetric { get; }

    /// <summary>Signs with the key of the token, and refers to it.</summary>
    protected abstract byte[] Finish(SignatureWriter signature, PooledBytes output);

    /// <summary>The value of an attribute that the Basic Security Profile asks for; null when the binding does not follow it.</summary>
    protected string? Bsp(string uri) => requirements.BspAttributes ? uri : null;
}
