using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A key wrapped for a certificate of the receiver (WS-Security 1.1 section 7.3). Anybody can make such a key, so it
/// authenticates nobody.
/// </summary>
internal sealed class EncryptedKeyTokenKind : TokenKind
{
    public override string ElementName => "xenc:EncryptedKey";

    public override bool OccursOnce => true;

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(Xenc.EncryptedKey);

    public override XmlId? IdOf(XmlElement element) => element.GetId(Attr.Id);
}
