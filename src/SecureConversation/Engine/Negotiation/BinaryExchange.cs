using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Negotiation;

/// <summary>
/// wst:BinaryExchange (WS-Trust 1.3 section 8.4): the octets of a <see cref="NegotiationEnd"/> in one leg.
/// <code>
/// t:BinaryExchange @ValueType @EncodingType    both required; base64 or hexadecimal
/// </code>
/// </summary>
/// <param name="ValueType">The kind of negotiation, octet for octet: a service sends back what it got.</param>
/// <param name="Octets">The octets.</param>
internal sealed record BinaryExchange(string ValueType, byte[] Octets)
{
    private const int MaxUri = 256;

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static BinaryExchange Read(XmlElement element)
    {
        if (element.GetAttribute(Attr.ValueType) is not { Length: > 0 and <= MaxUri } type)
        {
            return Fail.With<BinaryExchange>(FailureCode.InvalidTrustRequest, "wst:BinaryExchange/@ValueType");
        }

        var encoding = element.GetAttribute(Attr.EncodingType);
        return encoding == Uris.Base64Binary ? new(type, ElementValue.Base64(element, NegotiationEnd.MaxLegBytes))
            : encoding == Uris.HexBinary ? new(type, ElementValue.Hex(element, NegotiationEnd.MaxLegBytes))
            : Fail.With<BinaryExchange>(FailureCode.InvalidTrustRequest, "wst:BinaryExchange/@EncodingType", encoding ?? "none",
                $"{Uris.Base64Binary} or {Uris.HexBinary}");
    }

    /// <summary>Writes the element in canonical form, where the prefix of WS-Trust is declared.</summary>
    public void Write(PooledBytes output, ProtocolVersion protocol)
    {
        output.Write("<"u8);
        output.WriteText(protocol.TrustPrefix);
        output.Write(":BinaryExchange"u8);
        TokenWriter.Attribute(output, "EncodingType", Uris.Base64Binary);
        TokenWriter.Attribute(output, "ValueType", ValueType);
        output.Write(">"u8);
        output.WriteBase64(Octets);
        output.Write("</"u8);
        output.WriteText(protocol.TrustPrefix);
        output.Write(":BinaryExchange>"u8);
    }
}
