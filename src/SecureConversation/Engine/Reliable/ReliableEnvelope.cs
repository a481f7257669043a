using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>Writes the plain envelopes of the protocol's own messages.</summary>
internal static class ReliableEnvelope
{
    /// <summary>A message with an empty body, or with what is written into it.</summary>
    /// <param name="soap">The versions of SOAP and WS-Addressing.</param>
    /// <param name="names">The version of WS-ReliableMessaging.</param>
    /// <param name="action">a:Action.</param>
    /// <param name="headers">The header blocks of WS-ReliableMessaging.</param>
    /// <param name="addressing">a:MessageID and a:To of a request, or a:RelatesTo of a reply; what is null is left out.</param>
    /// <param name="body">Writes the content of the body; null for none.</param>
    public static PooledBytes Write(SoapNames soap, RmNames names, string action, ReliableHeaders headers,
        (string? MessageId, string? To, string? RelatesTo) addressing, Action<PooledBytes>? body = null)
    {
        var output = new PooledBytes();
        output.Write("<s:Envelope"u8);
        TokenWriter.Attribute(output, "xmlns:s", soap.Soap);
        output.Write("><s:Header>"u8);
        headers.Write(output, soap, names);
        AddressingWriter.Action(output, soap, action);
        if (addressing.MessageId is { } id)
        {
            AddressingWriter.MessageId(output, soap, id);
        }

        if (addressing.RelatesTo is { } related)
        {
            AddressingWriter.RelatesTo(output, soap, related);
        }

        if (addressing.To is { } to)
        {
            AddressingWriter.To(output, soap, to);
        }

        output.Write("</s:Header><s:Body>"u8);
        body?.Invoke(output);
        output.Write("</s:Body></s:Envelope>"u8);
        return output;
    }

    /// <summary>A fault of the protocol, about a request.</summary>
    public static PooledBytes Write(
        SoapNames soap, RmNames names, SequenceFault fault, SequenceAcknowledgement? acknowledgement, string? relatesTo) =>
        Write(soap, names, SequenceFault.ActionOf(soap, names), new ReliableHeaders { Acknowledgement = acknowledgement, Fault = fault },
            (null, null, relatesTo), output => fault.WriteBody(output, soap, names));
}
