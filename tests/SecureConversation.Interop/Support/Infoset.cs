using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Interop.Support;

/// <summary>What an application sees of XML, as comparable text: expanded names, sorted attributes, character data; no prefixes, no comments.</summary>
internal static class Infoset
{
    public static XElement Load(ReadOnlyMemory<byte> envelope)
    {
        using var stream = new MemoryStream(envelope.ToArray());
        using var reader = XmlReader.Create(stream);
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
    }

    public static XElement BodyOf(XElement envelope) => envelope.Elements().Last();

    public static XElement HeaderOf(XElement envelope, string localName) =>
        envelope.Elements().First().Elements().Single(e => e.Name.LocalName == localName);

    public static string ContentOf(XElement element)
    {
        var text = new StringBuilder();
        WriteContent(element, text);
        return text.ToString();
    }

    private static void WriteContent(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XElement child:
                    text.Append('<').Append(child.Name);
                    foreach (var attribute in child.Attributes().Where(a => !a.IsNamespaceDeclaration).OrderBy(a => a.Name.ToString(), StringComparer.Ordinal))
                    {
                        text.Append(' ').Append(attribute.Name).Append('=').Append(attribute.Value).Append('|');
                    }

                    text.Append('>');
                    WriteContent(child, text);
                    text.Append("</>");
                    break;
                case XText characters:
                    text.Append(characters.Value);
                    break;
                default:
                    break;
            }
        }
    }
}
