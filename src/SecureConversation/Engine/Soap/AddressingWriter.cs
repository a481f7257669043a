using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Writes header blocks of WS-Addressing (WS-Addressing 1.0 core section 3).</summary>
internal static class AddressingWriter
{
    /// <summary>Writes a:RelatesTo, which names the request that a reply answers.</summary>
    /// <param name="output">Takes the block.</param>
    /// <param name="names">The versions of SOAP and WS-Addressing.</param>
    /// <param name="messageId">The a:MessageID of the request.</param>
    /// <param name="id">The wsu:Id of the block; null for none.</param>
    public static void RelatesTo(PooledBytes output, SoapNames names, string messageId, string? id = null) =>
        Simple(output, names, "RelatesTo", messageId, mustUnderstand: false, id);

    /// <summary>Writes a:Action, marked mustUnderstand because the receiver dispatches by it.</summary>
    public static void Action(PooledBytes output, SoapNames names, string action) =>
        Simple(output, names, "Action", action, mustUnderstand: true);

    public static void MessageId(PooledBytes output, SoapNames names, string id) =>
        Simple(output, names, "MessageID", id, mustUnderstand: false);

    /// <summary>Writes a:To, marked mustUnderstand.</summary>
    public static void To(PooledBytes output, SoapNames names, string to) =>
        Simple(output, names, "To", to, mustUnderstand: true);

    /// <summary>Writes a:ReplyTo with the anonymous address: the reply comes back on the same connection.</summary>
    public static void AnonymousReplyTo(PooledBytes output, SoapNames names)
    {
        Start(output, names, "ReplyTo", mustUnderstand: false);
        output.Write("<a:Address>"u8);
        output.WriteEscaped(names.Anonymous);
        output.Write("</a:Address></a:ReplyTo>"u8);
    }

    private static void Simple(PooledBytes output, SoapNames names, string name, string value, bool mustUnderstand, string? id = null)
    {
        Start(output, names, name, mustUnderstand, id);
        output.WriteEscaped(value);
        output.Write("</a:"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }

    private static void Start(PooledBytes output, SoapNames names, string name, bool mustUnderstand, string? id = null)
    {
        output.Write("<a:"u8);
        output.WriteText(name);
        TokenWriter.Attribute(output, "xmlns:a", names.Addressing);
        if (mustUnderstand)
        {
            TokenWriter.Attribute(output, "xmlns:s", names.Soap);
            output.Write(" s:mustUnderstand=\"1\""u8);
        }

        if (id is not null)
        {
            TokenWriter.Attribute(output, "xmlns:u", Ns.Wsu);
            TokenWriter.Attribute(output, "u:Id", id);
        }

        output.Write(">"u8);
    }
}
