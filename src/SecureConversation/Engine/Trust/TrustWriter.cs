using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

/// <summary>Writes elements of the WS-Trust namespace of one version.</summary>
internal readonly ref struct TrustWriter(PooledBytes output, ProtocolVersion protocol)
{
    public void Start(string name, bool declare = false)
    {
        output.Write("<"u8);
        Name(name);
        if (declare)
        {
            output.Write(" xmlns:"u8);
            output.WriteText(protocol.TrustPrefix);
            output.Write("=\""u8);
            output.WriteText(protocol.TrustNamespace);
            output.Write("\""u8);
        }

        output.Write(">"u8);
    }

    public void StartWithContext(string name, string? context)
    {
        output.Write("<"u8);
        Name(name);
        output.Write(" xmlns:"u8);
        output.WriteText(protocol.TrustPrefix);
        output.Write("=\""u8);
        output.WriteText(protocol.TrustNamespace);
        output.Write("\""u8);
        if (context is not null)
        {
            TokenWriter.Attribute(output, "Context", context);
        }

        output.Write(">"u8);
    }

    /// <summary>Starts an element that may have one attribute; null for none.</summary>
    public void StartWith(string name, string? attribute, string value)
    {
        output.Write("<"u8);
        Name(name);
        if (attribute is not null)
        {
            TokenWriter.Attribute(output, attribute, value);
        }

        output.Write(">"u8);
    }

    public void End(string name)
    {
        output.Write("</"u8);
        Name(name);
        output.Write(">"u8);
    }

    public void Element(string name, string text)
    {
        Start(name);
        output.WriteEscaped(text);
        End(name);
    }

    public void Secret(ReadOnlySpan<byte> secret, string type, string id)
    {
        output.Write("<"u8);
        Name("BinarySecret");
        output.Write(" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\""u8);
        TokenWriter.Attribute(output, "Type", type);
        TokenWriter.Attribute(output, "u:Id", id);
        output.Write(">"u8);
        output.WriteBase64(secret);
        End("BinarySecret");
    }

    public void Lifetime(DateTimeOffset created, DateTimeOffset expires)
    {
        Start("Lifetime");
        Instant("Created", created);
        Instant("Expires", expires);
        End("Lifetime");
    }

    private void Instant(string name, DateTimeOffset instant)
    {
        output.Write("<u:"u8);
        output.WriteText(name);
        TokenWriter.Attribute(output, "xmlns:u", Ns.Wsu);
        output.Write(">"u8);
        output.WriteText(Timestamp.Format(instant));
        output.Write("</u:"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }

    private void Name(string name)
    {
        output.WriteText(protocol.TrustPrefix);
        output.Write(":"u8);
        output.WriteText(name);
    }
}
