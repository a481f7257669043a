using System.Xml.Linq;

namespace SecureConversation.Tests.Reliable;

/// <summary>
/// What an envelope says, whatever its prefixes, its Ids and the order of its header blocks, without the security header: a text that is
/// the same for two envelopes that say the same.
/// </summary>
internal static class MessageContent
{
    private static readonly XNamespace Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static readonly XNamespace Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    /// <param name="envelope">A plain envelope.</param>
    /// <param name="hasSequence">Whether the header blocks of reliable messaging count.</param>
    public static string Of(ReadOnlyMemory<byte> envelope, bool hasSequence = true)
    {
        var root = XDocument.Load(new MemoryStream(envelope.ToArray()), LoadOptions.PreserveWhitespace).Root!;
        var headers = root.Elements().First().Elements()
            .Where(e => e.Name != Wsse + "Security" && (hasSequence || !IsReliable(e)))
            .Select(Text).Order(StringComparer.Ordinal);
        return string.Join('\n', [.. headers, Text(root.Elements().Last())]);
    }

    /// <summary>The text of the first element with a local name.</summary>
    public static string Find(ReadOnlyMemory<byte> envelope, string parent, string name) =>
        XDocument.Load(new MemoryStream(envelope.ToArray())).Descendants().First(e => e.Name.LocalName == name && e.Parent!.Name.LocalName == parent).Value;

    private static bool IsReliable(XElement header) =>
        header.Name.NamespaceName is "http://schemas.xmlsoap.org/ws/2005/02/rm" or "http://docs.oasis-open.org/ws-rx/wsrm/200702";

    private static string Text(XElement element) => $"<{element.Name}{string.Concat(element.Attributes().Where(IsContent).OrderBy(a => a.Name.ToString())
        .Select(a => $" {a.Name}='{a.Value}'"))}>{string.Concat(element.Nodes().Select(n => n is XElement e ? Text(e) : n.ToString()))}</>";

    private static bool IsContent(XAttribute attribute) => !attribute.IsNamespaceDeclaration && attribute.Name != Wsu + "Id";
}
