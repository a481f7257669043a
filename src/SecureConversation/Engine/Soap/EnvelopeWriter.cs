using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Writes the plain envelopes that the engine itself sends: handshake messages and faults.</summary>
internal static class EnvelopeWriter
{
    /// <summary>A request with the headers of a request/reply exchange over an anonymous back channel.</summary>
    public static PooledBytes Request(SoapNames names, string action, string messageId, string to, Action<PooledBytes> body)
    {
        var output = Start(names);
        AddressingWriter.Action(output, names, action);
        AddressingWriter.MessageId(output, names, messageId);
        AddressingWriter.AnonymousReplyTo(output, names);
        AddressingWriter.To(output, names, to);
        return End(output, body);
    }

    /// <summary>A reply; the headers of WS-Addressing are left out where the message version has none.</summary>
    public static PooledBytes Reply(SoapNames names, string action, string? relatesTo, Action<PooledBytes> body)
    {
        var output = Start(names);
        if (names.HasAddressing)
        {
            AddressingWriter.Action(output, names, action);
        }

        if (relatesTo is not null && names.HasAddressing)
        {
            AddressingWriter.RelatesTo(output, names, relatesTo);
        }

        return End(output, body);
    }

    /// <summary>A reply whose body is the fault.</summary>
    public static PooledBytes Fault(SoapNames names, WireFault fault, string? relatesTo) =>
        Reply(names, names.DefaultFaultAction, relatesTo, output => FaultBody(output, names, fault));

    private static void FaultBody(PooledBytes output, SoapNames names, WireFault fault)
    {
        if (names.IsSoap12)
        {
            output.Write("<s:Fault><s:Code><s:Value>s:"u8);
            output.WriteText(fault.Code);
            output.Write("</s:Value>"u8);
            if (fault.Subcode is not null)
            {
                output.Write("<s:Subcode><s:Value"u8);
                TokenWriter.Attribute(output, "xmlns:f", fault.SubcodeNamespace!);
                output.Write(">f:"u8);
                output.WriteText(fault.Subcode);
                output.Write("</s:Value></s:Subcode>"u8);
            }

            output.Write("</s:Code><s:Reason><s:Text xml:lang=\"en-US\">"u8);
            output.WriteEscaped(fault.Reason);
            output.Write("</s:Text></s:Reason></s:Fault>"u8);
            return;
        }

        // SOAP 1.1 has no subcode, so the specific code takes the place of the general one.
        output.Write("<s:Fault><faultcode"u8);
        if (fault.Subcode is not null)
        {
            TokenWriter.Attribute(output, "xmlns:f", fault.SubcodeNamespace!);
            output.Write(">f:"u8);
            output.WriteText(fault.Subcode);
        }
        else
        {
            output.Write(">s:"u8);
            output.WriteText(fault.Code switch { "Sender" => "Client", "Receiver" => "Server", var other => other });
        }

        output.Write("</faultcode><faultstring xml:lang=\"en-US\">"u8);
        output.WriteEscaped(fault.Reason);
        output.Write("</faultstring></s:Fault>"u8);
    }

    private static PooledBytes Start(SoapNames names)
    {
        var output = new PooledBytes();
        output.Write("<s:Envelope xmlns:s=\""u8);
        output.WriteText(names.Soap);
        output.Write("\"><s:Header>"u8);
        return output;
    }

    private static PooledBytes End(PooledBytes output, Action<PooledBytes> body)
    {
        output.Write("</s:Header><s:Body>"u8);
        body(output);
        output.Write("</s:Body></s:Envelope>"u8);
        return output;
    }
}
