using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Reads an envelope of a stranger as a tree, within limits and without any rule of a binding: to see what is there, not to trust it.
/// What exceeds a limit is left out of the tree.
/// </summary>
internal static class WireReader
{
    /// <summary>Maximum depth of elements in the tree.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum number of elements, attributes and texts in the tree.</summary>
    public const int MaxNodes = 20_000;

    /// <summary>Maximum length of one text in the tree.</summary>
    public const int MaxText = 4 * 1024 * 1024;

    /// <summary>Maximum size of a document that is read at all.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxBytes,
        CloseInput = true,
    };

    /// <summary>Reads a document.</summary>
    /// <returns>Its root, as far as it could be read; null where there is none.</returns>
    public static XElement? Read(ReadOnlyMemory<byte> document)
    {
        if (document.IsEmpty || document.Length > MaxBytes)
        {
            return null;
        }

        using var reader = XmlReader.Create(new MemoryStream(document.ToArray(), writable: false), Settings);
        var tree = Build(reader);
        return tree.Elements().FirstOrDefault();
    }

    /// <summary>Reads what was decrypted: nodes at the place of an element, whose namespaces are in scope.</summary>
    /// <returns>The nodes; null where they are not well-formed.</returns>
    public static IReadOnlyList<XNode>? ReadFragment(byte[] fragment, XElement place)
    {
        var namespaces = new XmlNamespaceManager(new NameTable());
        foreach (var declaration in place.AncestorsAndSelf().Reverse().SelectMany(e => e.Attributes()).Where(a => a.IsNamespaceDeclaration))
        {
            if (declaration.Name.LocalName is not ("xml" or "xmlns") || declaration.Name.Namespace == XNamespace.None)
            {
                var prefix = declaration.Name.Namespace == XNamespace.None ? "" : declaration.Name.LocalName;
                namespaces.AddNamespace(prefix, declaration.Value);
            }
        }

        try
        {
            var context = new XmlParserContext(null, namespaces, null, XmlSpace.None, System.Text.Encoding.UTF8);
            var settings = Settings.Clone();
            settings.ConformanceLevel = ConformanceLevel.Fragment;
            using var reader = XmlReader.Create(new MemoryStream(fragment, writable: false), settings, context);
            var tree = Build(reader, out var isWhole);
            if (IsCut(tree))
            {
                MarkCut(place.AncestorsAndSelf().Last());
            }

            var nodes = tree.Nodes().ToList();
            tree.RemoveNodes();
            return isWhole ? nodes : null;
        }
        catch (ArgumentException)
        {
            // A prefix in scope that the reader does not take.
            return null;
        }
    }

    /// <summary>Whether something was left out.</summary>
    public static bool IsCut(XElement element) => element.AncestorsAndSelf().Any(e => e.Annotation<Cut>() is not null);

    private static void MarkCut(XElement element)
    {
        if (element.Annotation<Cut>() is null)
        {
            element.AddAnnotation(new Cut());
        }
    }

    private static XElement Build(XmlReader reader) => Build(reader, out _);

    private static XElement Build(XmlReader reader, out bool isWhole)
    {
        var root = new XElement("root");
        var (current, count) = (root, 0);
        isWhole = true;
        try
        {
            var more = reader.Read();
            while (more)
            {
                if (++count > MaxNodes)
                {
                    MarkCut(root);
                    return root;
                }

                switch (reader.NodeType)
                {
                    case XmlNodeType.Element when reader.Depth >= MaxDepth:
                        MarkCut(root);
                        reader.Skip();
                        continue;
                    case XmlNodeType.Element:
                        current = Open(reader, current, ref count);
                        break;
                    case XmlNodeType.EndElement:
                        current = current.Parent!;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                        AddText(reader, current);
                        break;
                    case XmlNodeType.Comment when current != root:
                        current.Add(new XComment(reader.Value));
                        break;
                    default:
                        break;
                }

                more = reader.Read();
            }
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            isWhole = false;
        }

        return root;
    }

    private static XElement Open(XmlReader reader, XElement parent, ref int count)
    {
        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        parent.Add(element);
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute() && ++count <= MaxNodes)
        {
            // Of the default namespace XLinq wants a name without one.
            var name = reader.Name == "xmlns" ? XName.Get("xmlns") : XName.Get(reader.LocalName, reader.NamespaceURI);
            element.SetAttributeValue(name, reader.Value);
        }

        return isEmpty ? parent : element;
    }

    private static void AddText(XmlReader reader, XElement parent)
    {
        if (reader.Value is { Length: > 0 and <= MaxText } text)
        {
            parent.Add(new XText(text));
        }
    }

    private sealed class Cut;
}
