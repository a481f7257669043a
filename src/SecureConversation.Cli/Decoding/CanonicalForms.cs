using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Cli.Decoding;

/// <summary>Canonical forms of an element: those of the specifications, and those that senders make by mistake.</summary>
internal static class CanonicalForms
{
    /// <summary>Exclusive or inclusive canonicalization of an element within its document.</summary>
    public static byte[] Of(XElement element, bool isExclusive, bool withComments, string? prefixes = null)
    {
        Transform transform = isExclusive ? new XmlDsigExcC14NTransform(withComments, prefixes) : withComments
            ? new XmlDsigC14NWithCommentsTransform()
            : new XmlDsigC14NTransform();
        transform.LoadInput(Standalone(element));
        using var stream = (Stream)transform.GetOutput(typeof(Stream));
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    /// <summary>The form of the XML writers of WCF, which differs where a prefix was declared and not used (docs/deviations.md).</summary>
    public static byte[] OfWcf(XElement element)
    {
        using var buffer = new MemoryStream();
        using var writer = XmlDictionaryWriter.CreateTextWriter(Stream.Null, Encoding.UTF8, ownsStream: false);
        writer.WriteStartElement("root");
        writer.StartCanonicalization(buffer, includeComments: false, inclusivePrefixes: null);
        Isolated(element).WriteTo(writer);
        writer.EndCanonicalization();
        writer.WriteEndElement();
        return buffer.ToArray();
    }

    /// <summary>All forms that are tried, each with how it differs from what a receiver computes.</summary>
    public static IEnumerable<(string Difference, Func<byte[]> Form)> Candidates(XElement element, XElement? onTheWire)
    {
        yield return ("the sender wrote no list of prefixes, or canonicalized without it", () => Of(element, true, false));
        yield return ("the sender canonicalized as the XML writers of WCF do", () => OfWcf(element));
        yield return ("the sender canonicalized with comments", () => Of(element, true, true));
        yield return ("the sender canonicalized inclusively", () => Of(element, false, false));
        yield return ("the sender canonicalized inclusively and with comments", () => Of(element, false, true));
        yield return ("line ends were CR LF when it was signed",
            () => Of(Changed(element, t => t.Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal)), true, false));
        yield return ("line ends were LF when it was signed",
            () => Of(Changed(element, t => t.Replace("\r", "", StringComparison.Ordinal)), true, false));
        yield return ("there was no white space between elements when it was signed",
            () => Of(Changed(element, t => string.IsNullOrWhiteSpace(t) ? "" : t), true, false));
        yield return ("there was no white space around texts when it was signed", () => Of(Changed(element, t => t.Trim()), true, false));
        if (onTheWire is not null)
        {
            yield return ("the sender signed the ciphertext, and the receiver reads the plaintext", () => Of(onTheWire, true, false));
        }
    }

    /// <summary>
    /// About how many octets a form takes, by the characters in it. Exclusive canonicalization writes the declaration of a prefix at each
    /// element that uses it below none that does, so a form can be far larger than its element.
    /// </summary>
    public static long SizeOf(XElement element) => InScope(element).Sum(SizeOf) + SizeOf(element, [], []);

    private static long SizeOf(XElement element, HashSet<string> ofElements, HashSet<string> ofAttributes)
    {
        var uri = element.Name.NamespaceName;
        var isNew = ofElements.Add(uri);
        var size = (2 * element.Name.LocalName.Length) + 5L + (isNew ? uri.Length : 0);
        List<string>? added = null;
        foreach (var attribute in element.Attributes())
        {
            size += SizeOf(attribute);
            if (!attribute.IsNamespaceDeclaration && ofAttributes.Add(attribute.Name.NamespaceName))
            {
                (added ??= []).Add(attribute.Name.NamespaceName);
                size += attribute.Name.NamespaceName.Length;
            }
        }

        foreach (var node in element.Nodes())
        {
            size += node switch
            {
                XElement child => SizeOf(child, ofElements, ofAttributes),
                XText text => text.Value.Length,
                XComment comment => comment.Value.Length,
                _ => 0,
            };
        }

        if (isNew)
        {
            ofElements.Remove(uri);
        }

        added?.ForEach(name => ofAttributes.Remove(name));
        return size;
    }

    private static long SizeOf(XAttribute attribute) => attribute.Name.LocalName.Length + attribute.Value.Length + 4L;

    // With the declarations around it, as a document of its own.
    private static XElement Isolated(XElement element)
    {
        var copy = new XElement(element);
        foreach (var declaration in InScope(element).Where(d => copy.Attribute(d.Name) is null))
        {
            copy.Add(new XAttribute(declaration));
        }

        return copy;
    }

    private static XElement Changed(XElement element, Func<string, string> change)
    {
        var copy = Isolated(element);
        foreach (var text in copy.DescendantNodes().OfType<XText>().ToList())
        {
            text.Value = change(text.Value);
        }

        return copy;
    }

#pragma warning disable RS0030 // The transforms of the library take an XmlDocument. What is read has the limits of WireReader.
    private static XmlDocument Standalone(XElement element)
    {
        var copy = Isolated(element);
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = copy.CreateReader(ReaderOptions.None);
        document.Load(reader);
        return document;
    }
#pragma warning restore RS0030

    // The nearest declaration of each prefix around the element.
    private static IEnumerable<XAttribute> InScope(XElement element) => element.Ancestors().SelectMany(e => e.Attributes())
        .Where(a => a.IsNamespaceDeclaration && a.Value.Length > 0).GroupBy(a => a.Name).Select(group => group.First());
}
