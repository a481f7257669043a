using System.Text;
using System.Xml;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>Puts content into envelopes and takes it out, for callers who care for the body only.</summary>
internal static class EnvelopeBody
{
    private static readonly XmlWriterSettings Fragment = new() { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment };

    /// <summary>An envelope without headers.</summary>
    public static byte[] Wrap(string body, MessageVersion version)
    {
        var soap = version.Soap == SoapVersion.Soap12 ? SoapUris.Soap12 : SoapUris.Soap11;
        return Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>");
    }

    public static string Read(ReadOnlyMemory<byte> envelope)
    {
        var inherited = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = BodyReader.Create(envelope, inherited);
        var text = new StringBuilder();
        while (!reader.EOF && reader.NodeType != XmlNodeType.EndElement)
        {
            var isElement = reader.NodeType == XmlNodeType.Element;
            var xml = Write(reader);
            text.Append(isElement ? Complete(xml, inherited) : xml);
        }

        return text.ToString();
    }

    /// <summary>
    /// The writer declares the prefixes of names. Those in values (xsi:type="p:T") it cannot know: any that the text seems
    /// to use is declared.
    /// </summary>
    private static string Complete(string xml, Dictionary<string, string> inherited)
    {
        using var reader = XmlReader.Create(new StringReader(xml));
        reader.MoveToContent();
        var added = new StringBuilder();
        foreach (var (prefix, ns) in inherited)
        {
            if (xml.Contains(prefix + ':', StringComparison.Ordinal) && reader.GetAttribute("xmlns:" + prefix) is null)
            {
                added.Append(" xmlns:").Append(prefix).Append("=\"").Append(System.Security.SecurityElement.Escape(ns)).Append('"');
            }
        }

        return added.Length == 0 ? xml : xml.Insert(xml.AsSpan().IndexOfAny(" />"), added.ToString());
    }

    private static string Write(XmlDictionaryReader reader)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, Fragment))
        {
            writer.WriteNode(reader, defattr: false);
        }

        return text.ToString();
    }
}
