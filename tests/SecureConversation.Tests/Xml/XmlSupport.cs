using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>Short ways in, and the independent implementations that serve as oracles.</summary>
internal static class XmlSupport
{
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    public static XmlIndex Index(string xml) => XmlIndex.Parse(Utf8(xml), XmlLimits.Default);

    public static FailureCode CodeOf(Action action)
    {
        try
        {
            action();
            return FailureCode.None;
        }
        catch (SecurityFailureException failure)
        {
            return failure.Code;
        }
    }

    public static FailureCode ParseCode(byte[] xml, XmlLimits? limits = null) =>
        CodeOf(() => XmlIndex.Parse(xml, limits ?? XmlLimits.Default).Dispose());

    public static string Canonical(
        SecureConversation.Engine.Xml.XmlElement element, string prefixes, CanonicalForm form, bool comments, out bool differs)
    {
        using var sink = new BufferSink(int.MaxValue, 16);
        differs = ExclusiveCanonicalizer.Canonicalize(element, Utf8(prefixes), form, sink, comments);
        return Text(sink.WrittenSpan);
    }

    public static string Canonical(string xml, string prefixes = "", bool comments = false)
    {
        using XmlIndex index = Index(xml);
        return Canonical(index.Root, prefixes, CanonicalForm.Recommendation, comments, out _);
    }

    /// <summary>System.Xml's verdict. Processing instructions count as refused, as SOAP has it.</summary>
    public static bool PlatformAccepts(byte[] xml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml), settings);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.ProcessingInstruction)
                {
                    return false;
                }
            }
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    public static XmlDocument Document(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        // Not LoadXml, which leaves line ends and attribute values as they are.
        using var reader = XmlReader.Create(new StringReader(xml));
        document.Load(reader);
        return document;
    }

    /// <summary>The recommendation as the platform's XML signatures apply it to "#id": in-scope namespaces come along.</summary>
    public static string PlatformCanonical(System.Xml.XmlElement element, string prefixes, bool comments)
    {
        var copy = new XmlDocument { PreserveWhitespace = true };
        var root = (System.Xml.XmlElement)copy.AppendChild(copy.ImportNode(element, deep: true))!;
        for (System.Xml.XmlNode? node = element; node is System.Xml.XmlElement ancestor; node = node.ParentNode)
        {
            foreach (XmlAttribute attribute in ancestor.Attributes)
            {
                bool declares = attribute.Name == "xmlns" || attribute.Prefix == "xmlns";
                if (declares && !root.HasAttribute(attribute.Name))
                {
                    root.SetAttribute(attribute.Name, attribute.Value);
                }
            }
        }
        var transform = new XmlDsigExcC14NTransform(comments, prefixes.Length == 0 ? null : prefixes);
        transform.LoadInput(copy);
        using var output = (Stream)transform.GetOutput(typeof(Stream));
        return new StreamReader(output, Encoding.UTF8).ReadToEnd();
    }

    /// <summary>What WCF digests: the canonicalization built into the platform's dictionary reader.</summary>
    public static string WcfCanonical(string xml, int elementNumber, string prefixes, bool comments)
    {
        using XmlDictionaryReader reader = XmlDictionaryReader.CreateTextReader(Utf8(xml), XmlDictionaryReaderQuotas.Max);
        int seen = -1;
        while (seen < elementNumber && reader.Read())
        {
            seen += reader.NodeType == XmlNodeType.Element ? 1 : 0;
        }
        string[] list = prefixes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(p => p == "#default" ? "" : p).ToArray();
        using var output = new MemoryStream();
        reader.StartCanonicalization(output, comments, list);
        reader.ReadOuterXmlSilently();
        reader.EndCanonicalization();
        return Text(output.ToArray());
    }

    private static void ReadOuterXmlSilently(this XmlDictionaryReader reader)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return;
        }
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
        }
        reader.Read();
    }

    public static IEnumerable<SecureConversation.Engine.Xml.XmlElement> All(XmlIndex index)
    {
        for (SecureConversation.Engine.Xml.XmlElement at = index.Root; !at.IsNull; at = Next(at))
        {
            yield return at;
        }
    }

    private static SecureConversation.Engine.Xml.XmlElement Next(SecureConversation.Engine.Xml.XmlElement at)
    {
        if (!at.FirstChild.IsNull)
        {
            return at.FirstChild;
        }
        while (!at.IsNull && at.NextSibling.IsNull)
        {
            at = at.Parent;
        }
        return at.IsNull ? default : at.NextSibling;
    }
}
