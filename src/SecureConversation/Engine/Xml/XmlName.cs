using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>An expanded name, kept in the encoding of the messages so that comparing needs no conversion.</summary>
internal sealed class XmlName
{
    private readonly byte[] localName;
    private readonly byte[] namespaceUri;

    public XmlName(string localName, string namespaceUri)
    {
        this.localName = Encoding.UTF8.GetBytes(localName);
        this.namespaceUri = Encoding.UTF8.GetBytes(namespaceUri);
    }

    public ReadOnlySpan<byte> LocalName => localName;

    /// <summary>Empty for a name in no namespace.</summary>
    public ReadOnlySpan<byte> NamespaceUri => namespaceUri;

    public override string ToString() => namespaceUri.Length == 0
        ? Encoding.UTF8.GetString(localName)
        : $"{{{Encoding.UTF8.GetString(namespaceUri)}}}{Encoding.UTF8.GetString(localName)}";
}
