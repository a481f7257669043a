using System.Net.Security;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// What message security does for the reliable session of the stack, whose element stands above it: which parts of its messages are signed,
/// and the reference by which a sequence belongs to the security session (WS-ReliableMessaging 1.1 section 3.4, SecurityTokenReference and
/// UsesSequenceSTR). All else is the stack's.
/// </summary>
internal sealed class ReliableMessaging
{
    private const string February2005 = "http://schemas.xmlsoap.org/ws/2005/02/rm";
    private const string Oasis11 = "http://docs.oasis-open.org/ws-rx/wsrm/200702";

    private static readonly string[] Headers = ["Sequence", "SequenceAcknowledgement", "AckRequested"];
    private static readonly string[] Messages = ["CreateSequence", "SequenceAcknowledgement", "AckRequested", "TerminateSequence"];
    private static readonly string[] MessagesOfFebruary2005 = [.. Messages, "CreateSequenceResponse", "LastMessage"];
    private static readonly string[] MessagesOf11 =
        [.. Messages, "CreateSequenceResponse", "CloseSequence", "CloseSequenceResponse", "TerminateSequenceResponse", "fault"];

    private readonly string _namespace;
    private readonly string _createSequence;

    private ReliableMessaging(ReliableMessagingVersion version)
    {
        Is11 = version == ReliableMessagingVersion.WSReliableMessaging11;
        _namespace = Is11 ? Oasis11 : February2005;
        _createSequence = _namespace + "/CreateSequence";
    }

    /// <summary>
    /// What the engine has to know: which messages belong to a sequence, what of them is signed, and that some answer without a:RelatesTo
    /// (recorded).
    /// </summary>
    public EngineBinding.ReliableSessionBindingElement Settings => new()
    {
        ReliableMessagingVersion = Is11
            ? EngineBinding.ReliableMessagingVersion.WSReliableMessaging11
            : EngineBinding.ReliableMessagingVersion.WSReliableMessagingFebruary2005,
    };

    private bool Is11 { get; }

    /// <summary>That of the element of the binding; null where it has none.</summary>
    /// <param name="elements">All elements of the binding.</param>
    public static ReliableMessaging? Of(BindingElementCollection elements) =>
        elements.Find<ReliableSessionBindingElement>() is { } element ? new ReliableMessaging(element.ReliableMessagingVersion) : null;

    /// <summary>
    /// Adds what WCF signs for reliable messaging: its headers in every message, and the bodies of its own messages, which are never
    /// encrypted, whatever the contract says (recorded).
    /// </summary>
    public EngineBinding.ChannelProtectionRequirements Protect(EngineBinding.ChannelProtectionRequirements protection)
    {
        protection = (Is11 ? [.. Headers, "UsesSequenceSTR"] : Headers)
            .Aggregate(protection, (all, header) => all.WithHeader(header, _namespace, ProtectionLevel.Sign));
        return (Is11 ? MessagesOf11 : MessagesOfFebruary2005).Select(name => $"{_namespace}/{name}").Aggregate(
            protection, (all, action) => all.WithRequest(action, ProtectionLevel.Sign).WithReply(action, ProtectionLevel.Sign));
    }

    /// <summary>The message that is sent in the place of one of the stack: CreateSequence names the session that it belongs to.</summary>
    /// <param name="message">Not read yet; it is consumed where another takes its place.</param>
    /// <param name="context">The identifier of the security context.</param>
    /// <param name="security">The binding, for its version of WS-SecureConversation.</param>
    public Message Bind(Message message, string context, EngineBinding.MessageSecurityBinding security)
    {
        if (message.Headers.Action != _createSequence)
        {
            return message;
        }

        var tokenType = security.Element.MessageSecurityVersion.SecureConversationVersion
            == EngineBinding.SecureConversationVersion.V13
            ? "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/sct"
            : "http://schemas.xmlsoap.org/ws/2005/02/sc/sct";
        var bound = Message.CreateMessage(message.Version, action: null, new BoundSequence(message, context, tokenType));
        bound.Headers.CopyHeadersFrom(message);
        bound.Properties.CopyProperties(message.Properties);
        if (Is11)
        {
            bound.Headers.Insert(0, new UsesSequenceToken(_namespace));
        }

        return bound;
    }

    /// <summary>The body of CreateSequence with a reference to the token of the session as its last child.</summary>
    private sealed class BoundSequence(Message message, string context, string tokenType) : BodyWriter(isBuffered: false)
    {
        private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

        protected override void OnWriteBodyContents(XmlDictionaryWriter writer)
        {
            using var reader = message.GetReaderAtBodyContents();
            writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
            writer.WriteAttributes(reader, defattr: false);
            var isEmpty = reader.IsEmptyElement;
            reader.Read();
            while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
            {
                writer.WriteNode(reader, defattr: false);
            }

            writer.WriteStartElement("o", "SecurityTokenReference", Wsse);
            writer.WriteStartElement("o", "Reference", Wsse);
            writer.WriteAttributeString("URI", context);
            writer.WriteAttributeString("ValueType", tokenType);
            writer.WriteEndElement();
            writer.WriteEndElement();
            writer.WriteEndElement();
        }
    }

    /// <summary>Says that the receiver has to understand the reference (WS-ReliableMessaging 1.1 section 5.2.2).</summary>
    private sealed class UsesSequenceToken(string ns) : MessageHeader
    {
        public override string Name => "UsesSequenceSTR";
        public override string Namespace => ns;
        public override bool MustUnderstand => true;

        protected override void OnWriteHeaderContents(XmlDictionaryWriter writer, MessageVersion messageVersion)
        {
        }
    }
}
