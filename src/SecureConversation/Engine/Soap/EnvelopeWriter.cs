using System.Xml;
using SecureConversation.Credentials;
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
    public static PooledBytes Reply(
        SoapNames names, string action, string? relatesTo, Action<PooledBytes> body, string? to = null)
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

        if (to is not null && names.HasAddressing)
        {
            AddressingWriter.To(output, names, to);
        }

        return End(output, body);
    }

    /// <summary>A reply whose body is the fault.</summary>
    public static PooledBytes Fault(SoapNames names, WireFault fault, string? relatesTo) =>
        Reply(names, fault.Action ?? names.DefaultFaultAction, relatesTo, output => FaultBody(output, names, fault));

    /// <summary>A reply whose body is a fault of the application, without a detail, as WCF sends those of validators.</summary>
    public static PooledBytes Fault(SoapNames names, AuthenticationFaultException fault, string? relatesTo) =>
        Reply(names, names.DefaultFaultAction, relatesTo,
            output => FaultBody(output, names, [fault.Code, .. fault.Subcodes], fault.Message, fault.Language));

    private static void FaultBody(PooledBytes output, SoapNames names, WireFault fault)
    {
        XmlQualifiedName code = new(fault.Code);
        FaultBody(output, names,
            fault.Subcode is null ? [code] : [code, new(fault.Subcode, fault.SubcodeNamespace)], fault.Reason, "en-US");
    }

    private static void FaultBody(PooledBytes output, SoapNames names, XmlQualifiedName[] codes, string reason, string language)
    {
        if (names.IsSoap12)
        {
            output.Write("<s:Fault><s:Code>"u8);
            for (var i = 0; i < codes.Length; i++)
            {
                output.Write(i == 0 ? ""u8 : "<s:Subcode>"u8);
                output.Write("<s:Value"u8);
                FaultCode(output, codes[i], codes[i].Name);
                output.Write("</s:Value>"u8);
            }

            for (var i = 1; i < codes.Length; i++)
            {
                output.Write("</s:Subcode>"u8);
            }

            output.Write("</s:Code><s:Reason><s:Text"u8);
            TokenWriter.Attribute(output, "xml:lang", language);
            output.Write(">"u8);
            output.WriteEscaped(reason);
            output.Write("</s:Text></s:Reason></s:Fault>"u8);
            return;
        }

        // SOAP 1.1 has no subcode, so the specific code takes the place of the general one.
        var code = codes.Length > 1 ? codes[1] : codes[0];
        output.Write("<s:Fault><faultcode"u8);
        FaultCode(output, code, code.Name switch { "Sender" => "Client", "Receiver" => "Server", var other => other });
        output.Write("</faultcode><faultstring"u8);
        TokenWriter.Attribute(output, "xml:lang", language);
        output.Write(">"u8);
        output.WriteEscaped(reason);
        output.Write("</faultstring></s:Fault>"u8);
    }

    /// <summary>The rest of a start tag and a code; one without a namespace is one of SOAP's own.</summary>
    private static void FaultCode(PooledBytes output, XmlQualifiedName code, string nameOfSoap)
    {
        if (code.Namespace.Length == 0)
        {
            output.Write(">s:"u8);
            output.WriteText(nameOfSoap);
            return;
        }

        TokenWriter.Attribute(output, "xmlns:f", code.Namespace);
        output.Write(">f:"u8);
        output.WriteText(code.Name);
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
