using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>A key derived from the key of another token (WS-SecureConversation 1.3 section 7). It claims nothing of its own.</summary>
internal sealed class DerivedKeyTokenKind : TokenKind
{
    public override string ElementName => "wsc:DerivedKeyToken";

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(protocol.DerivedKeyToken);
}
