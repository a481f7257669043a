using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>
/// Reads a SOAP fault from a body (SOAP 1.2 part 1 section 5.4, SOAP 1.1 section 4.4). The fault only becomes the text of an
/// exception, so the reader is lenient: all children are optional, told by their local names, and others are ignored. Anybody may have
/// written it, so each text and the namespace of a code are cut after 2,048 characters.
/// <code>
/// s:Fault                                      SOAP 1.2
///   s:Code / s:Value                           the local name is read
///   s:Code / s:Subcode / s:Value
///   s:Reason / s:Text                          the first one
///   s:Detail                                   handed out as it is, up to 65,536 octets
/// s:Fault                                      SOAP 1.1
///   faultcode                                  becomes the subcode when it is not one of SOAP's own
///   faultstring
///   detail
/// </code>
/// </summary>
internal static class FaultReader
{
    private const int MaxText = 2048;
    private const int MaxDetail = 64 * 1024;

    /// <summary>The fault; null when the body holds none. The envelope must be parsed with its body indexed.</summary>
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
            Detail = OnItsOwn(Child(fault, "Detail")),
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
            Detail = OnItsOwn(Child(fault, "detail")),
            IsSecured = isSecured,
        };
    }

    /// <summary>The element with all namespaces that are in its scope; null when there is none, or it is too large.</summary>
    private static string? OnItsOwn(XmlElement element)
    {
        if (element.IsNull || element.End - element.Start > MaxDetail)
        {
            return null;
        }

        var document = element.Index.Bytes;
        using var output = new PooledBytes(element.End - element.Start + 1024);
        output.Write("<"u8);
        output.Write(element.QualifiedName);
        try
        {
            element.WriteNamespacesInScope(output, MaxDetail);
        }
        catch (SecurityFailureException)
        {
            return null;
        }

        foreach (ref readonly var record in element.Records)
        {
            if (!record.IsDeclaration)
            {
                output.Write(" "u8);
                output.Write(document[record.NameStart..(record.ValueEnd + 1)]);
            }
        }

        output.Write(element.IsEmptyElementTag ? "/>"u8 : ">"u8);
        output.Write(document[element.ContentStart..element.End]);
        return Encoding.UTF8.GetString(output.Span);
    }

    /// <summary>The QName of a code in the form {namespace}local. A namespace that is cut equals none that means anything.</summary>
    private static string Qualify(XmlElement value)
    {
        var (prefix, local) = Split(value);
        return $"{{{(value.TryLookupNamespace(Encoding.UTF8.GetBytes(prefix), out var uri) ? Cut(uri) : "")}}}{local}";
    }

    private static (string Prefix, string Local) Split(XmlElement value)
    {
        var text = Text(value);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
    }

    private static string Text(XmlElement element) => element.IsNull ? "" : Cut(element.RawText).TrimEnd();

    private static string Cut(ReadOnlySpan<byte> text)
    {
        // No character of a string takes more than three octets.
        text = text.TrimStart(" \t\r\n"u8);
        var start = Encoding.UTF8.GetString(text[..Math.Min(text.Length, (3 * MaxText) + 4)]);
        if (start.Length <= MaxText)
        {
            return start;
        }

        // A surrogate without its other half is no character.
        return start[..(char.IsHighSurrogate(start[MaxText - 1]) ? MaxText - 1 : MaxText)];
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
