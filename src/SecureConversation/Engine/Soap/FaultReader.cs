using System.Text;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Reads a SOAP fault out of a body, leniently: it only becomes the text of an exception.</summary>
internal static class FaultReader
{
    private const int MaxReason = 2048;

    /// <summary>The envelope must be parsed with its body indexed. Null when the body holds no fault.</summary>
    public static SoapFault? Read(SoapEnvelope envelope, bool isSecured)
    {
        var fault = envelope.Body.FirstChild;
        if (fault.IsNull || !fault.Is(envelope.Names.Fault))
        {
            return null;
        }

        return envelope.Names.IsSoap12 ? ReadSoap12(fault, envelope.Names, isSecured) : ReadSoap11(fault, isSecured);
    }

    private static SoapFault ReadSoap12(XmlElement fault, SoapNames names, bool isSecured)
    {
        var code = Child(fault, "Code");
        var subcode = Child(Child(code, "Subcode"), "Value");
        var (_, local) = Split(Child(code, "Value"));
        return new SoapFault
        {
            Code = local,
            Subcode = subcode.IsNull ? null : Qualify(subcode),
            Reason = Text(Child(Child(fault, "Reason"), "Text")),
            IsSecured = isSecured,
        };
    }

    private static SoapFault ReadSoap11(XmlElement fault, bool isSecured)
    {
        var code = Child(fault, "faultcode");
        var (prefix, local) = Split(code);
        var isSoap = prefix.Length > 0 && code.LookupNamespace(Encoding.UTF8.GetBytes(prefix)) == Ns.Soap11;
        return new SoapFault
        {
            Code = local,
            Subcode = isSoap || code.IsNull ? null : Qualify(code),
            Reason = Text(Child(fault, "faultstring")),
            IsSecured = isSecured,
        };
    }

    private static string Qualify(XmlElement value)
    {
        var (prefix, local) = Split(value);
        return $"{{{value.LookupNamespace(Encoding.UTF8.GetBytes(prefix)) ?? ""}}}{local}";
    }

    private static (string Prefix, string Local) Split(XmlElement value)
    {
        var text = Text(value);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
    }

    private static string Text(XmlElement element)
    {
        var text = element.IsNull ? "" : element.GetText().Trim();
        return text.Length <= MaxReason ? text : text[..MaxReason];
    }

    private static XmlElement Child(XmlElement parent, string localName)
    {
        if (!parent.IsNull)
        {
            foreach (var child in parent.Children)
            {
                if (child.LocalName.SequenceEqual(Encoding.UTF8.GetBytes(localName)))
                {
                    return child;
                }
            }
        }

        return default;
    }
}
