using System.Xml;

namespace SecureConversation.Shared;

/// <summary>Opens a verified envelope at the content of its body.</summary>
internal static class BodyReader
{
    /// <summary>
    /// A reader on the first element or text in s:Body; white space and comments before it are skipped. On an end tag when the body has
    /// no content, whether it was written as one tag or as two. The namespaces of s:Envelope and s:Body are in scope.
    /// </summary>
    /// <param name="envelope">A plain envelope in UTF-8, which must stay unchanged while it is read.</param>
    /// <param name="namespaces">Takes the prefixes in scope with their namespaces; null where nobody asks.</param>
    public static XmlDictionaryReader Create(ReadOnlyMemory<byte> envelope, Dictionary<string, string>? namespaces = null)
    {
        var reader = EnvelopeEncoding.CreateReader(envelope);
        reader.MoveToContent();
        var soap = reader.NamespaceURI;
        AddDeclarations(reader, namespaces);
        reader.ReadStartElement("Envelope", soap);
        while (reader.MoveToContent() == XmlNodeType.Element && !reader.IsStartElement("Body", soap))
        {
            reader.Skip();
        }

        AddDeclarations(reader, namespaces);
        reader.Read();
        reader.MoveToContent();
        return reader;
    }

    private static void AddDeclarations(XmlDictionaryReader reader, Dictionary<string, string>? namespaces)
    {
        while (namespaces is not null && reader.MoveToNextAttribute())
        {
            if (reader.Prefix == "xmlns")
            {
                namespaces[reader.LocalName] = reader.Value;
            }
        }

        reader.MoveToElement();
    }
}
