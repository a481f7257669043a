using System.Security;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using static SecureConversation.Shared.SoapUris;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Writes plain replies and faults in the version of the endpoint.</summary>
internal static class PlainEnvelopeWriter
{
    private const int EndBytes = 64;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The answer when the application failed. It says so and nothing else, because the cause is for the log.</summary>
    public static SoapFaultException InternalServiceFault { get; } =
        new("The server was unable to process the request due to an internal error.")
        {
            Code = SoapFaultCode.Receiver,
            Subcode = new XmlQualifiedName("InternalServiceFault", Dispatcher),
            Action = Dispatcher + "/fault",
        };

    /// <summary>
    /// The answer to a verified caller whom a policy refuses, as WCF's ServiceAuthorizationManager gives it. A new one for each, as it is
    /// thrown.
    /// </summary>
    public static SoapFaultException CreateAccessDenied() => new("Access is denied.")
    {
        Subcode = new XmlQualifiedName("FailedAuthentication", Wsse),
    };

    /// <summary>Writes an envelope around a body that is text already, as octets: the writers of XML would copy it several times.</summary>
    public static PooledBuffer Write(MessageVersion version, string action, int limit, string body)
    {
        var soap = version.Soap == SoapVersion.Soap12 ? Soap12 : Soap11;
        var header = version.Addressing == AddressingVersion.None ? "" : $" xmlns:a=\"{AddressingOf(version)}\"><s:Header>"
            + $"<a:Action s:mustUnderstand=\"1\">{SecurityElement.Escape(action)}</a:Action></s:Header";
        var start = $"<s:Envelope xmlns:s=\"{soap}\"{header}><s:Body>";
        var buffer = new PooledBuffer(limit, (int)Math.Min((long)start.Length + body.Length + EndBytes, int.MaxValue));
        try
        {
            Append(start);
            Append(body);
            Append("</s:Body></s:Envelope>");
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        void Append(string text) => buffer.Advance(Utf8.GetBytes(text, buffer.GetSpan(Utf8.GetByteCount(text))));
    }

    public static PooledBuffer Write(MessageVersion version, string action, int limit, Action<XmlDictionaryWriter> writeBody)
    {
        var soap = version.Soap == SoapVersion.Soap12 ? Soap12 : Soap11;
        var buffer = new PooledBuffer(limit);
        try
        {
            using var writer = XmlDictionaryWriter.CreateTextWriter(buffer, Utf8, ownsStream: false);
            writer.WriteStartElement("s", "Envelope", soap);
            if (version.Addressing != AddressingVersion.None)
            {
                WriteHeader(writer, soap, AddressingOf(version), action);
            }

            writer.WriteStartElement("Body", soap);
            writeBody(writer);
            writer.WriteEndElement();
            writer.WriteEndElement();
            writer.Flush();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public static PooledBuffer Write(MessageVersion version, SoapFaultException fault, int limit)
    {
        // The actions of faults that no contract declares: WS-Addressing 1.0 SOAP binding section 6, and August 2004 section 4.
        var undeclared = AddressingOf(version) + (version.Addressing == AddressingVersion.WSAddressing10 ? "/soap/fault" : "/fault");
        return Write(version, fault.Action ?? undeclared, limit, writer =>
        {
            if (version.Soap == SoapVersion.Soap12)
            {
                WriteSoap12(writer, fault);
            }
            else
            {
                WriteSoap11(writer, fault);
            }
        });
    }

    private static string AddressingOf(MessageVersion version) =>
        version.Addressing == AddressingVersion.WSAddressing10 ? Addressing10 : AddressingAugust2004;

    private static void WriteHeader(XmlDictionaryWriter writer, string soap, string addressing, string action)
    {
        writer.WriteXmlnsAttribute("a", addressing);
        writer.WriteStartElement("Header", soap);
        writer.WriteStartElement("Action", addressing);
        writer.WriteAttributeString("mustUnderstand", soap, "1");
        writer.WriteString(action);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void WriteSoap12(XmlDictionaryWriter writer, SoapFaultException fault)
    {
        writer.WriteStartElement("Fault", Soap12);
        writer.WriteStartElement("Code", Soap12);
        writer.WriteStartElement("Value", Soap12);
        writer.WriteQualifiedName(fault.Code == SoapFaultCode.Sender ? "Sender" : "Receiver", Soap12);
        writer.WriteEndElement();
        if (fault.Subcode is { } subcode)
        {
            writer.WriteStartElement("Subcode", Soap12);
            writer.WriteStartElement("Value", Soap12);
            WriteName(writer, subcode);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteStartElement("Reason", Soap12);
        writer.WriteStartElement("Text", Soap12);
        writer.WriteAttributeString("xml", "lang", null, "en-US");
        writer.WriteString(fault.Message);
        writer.WriteEndElement();
        writer.WriteEndElement();
        if (fault.WriteDetail is { } writeDetail)
        {
            writer.WriteStartElement("Detail", Soap12);
            writeDetail(writer);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static void WriteSoap11(XmlDictionaryWriter writer, SoapFaultException fault)
    {
        writer.WriteStartElement("Fault", Soap11);
        writer.WriteStartElement("faultcode");
        WriteName(writer, fault.Subcode ?? new XmlQualifiedName(fault.Code == SoapFaultCode.Sender ? "Client" : "Server", Soap11));
        writer.WriteEndElement();
        writer.WriteStartElement("faultstring");
        writer.WriteAttributeString("xml", "lang", null, "en-US");
        writer.WriteString(fault.Message);
        writer.WriteEndElement();
        if (fault.WriteDetail is { } writeDetail)
        {
            writer.WriteStartElement("detail");
            writeDetail(writer);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static void WriteName(XmlDictionaryWriter writer, XmlQualifiedName name)
    {
        if (name.Namespace.Length > 0 && writer.LookupPrefix(name.Namespace) is null)
        {
            writer.WriteXmlnsAttribute("f", name.Namespace);
        }

        writer.WriteQualifiedName(name.Name, name.Namespace);
    }
}
