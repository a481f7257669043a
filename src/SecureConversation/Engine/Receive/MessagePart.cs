using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>The kind of place that a part of a message has.</summary>
internal enum PartKind
{
    SecurityItem,
    HeaderBlock,
    Body,
}

/// <summary>
/// The location of a part. Decryption replaces one element by one element, or the content of the body, so a part has the same
/// location on the wire and in clear.
/// </summary>
/// <param name="Kind">The kind of place.</param>
/// <param name="Position">The index of the header block, or of the child of the security header; 0 for the body.</param>
internal readonly record struct MessagePart(PartKind Kind, int Position)
{
    public static MessagePart Body => new(PartKind.Body, 0);

    public static MessagePart HeaderBlock(int index) => new(PartKind.HeaderBlock, index);

    public static MessagePart SecurityItem(int index) => new(PartKind.SecurityItem, index);
}

/// <summary>One part that a verified signature covers.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="InclusivePrefixes">The prefix list of its reference, in UTF-8.</param>
/// <param name="Form">The canonical form whose digest was the signed one.</param>
internal readonly record struct CoveredPart(MessagePart Location, ReadOnlyMemory<byte> InclusivePrefixes, CanonicalForm Form);

/// <summary>One encrypted part of a message.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Data">The EncryptedData.</param>
/// <param name="Replaced">The element that the plaintext replaces: the EncryptedData, or the EncryptedHeader around it.</param>
internal readonly record struct EncryptedPart(MessagePart Location, EncryptedData Data, XmlElement Replaced);
