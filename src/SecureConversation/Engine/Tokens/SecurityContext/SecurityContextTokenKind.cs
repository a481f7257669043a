using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// A security context (WS-SecureConversation 1.3 section 2). Both sides hold its key; a message under it comes from the client
/// or service that opened the session.
/// </summary>
internal sealed class SecurityContextTokenKind : TokenKind
{
    public override string ElementName => "wsc:SecurityContextToken";

    public override bool OccursOnce => true;

    public override bool IsElement(XmlElement child, ProtocolVersion protocol) => child.Is(protocol.SecurityContextToken);

    public override bool IsDescribedBy(SecurityTokenParameters parameters) => parameters is SecureConversationSecurityTokenParameters;

    public override IEnumerable<string> CheckSupporting(SupportingToken token, string setting, SecurityBindingElement element) =>
        // The factory puts the token of a session there where the transport protects messages.
        ReferenceEquals(token.Parameters, element.SessionToken) && element is TransportSecurityBindingElement
            ? []
            : [$"{setting} cannot hold SecureConversationSecurityTokenParameters: use CreateSecureConversationBindingElement."];
}
