using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>An expanded name, kept in the encoding of the messages so that comparing needs no conversion.</summary>
internal sealed class XmlName
{
    private readonly byte[] _localName;
    private readonly byte[] _namespaceUri;

    public XmlName(string localName, string namespaceUri)
    {
        _localName = Encoding.UTF8.GetBytes(localName);
        _namespaceUri = Encoding.UTF8.GetBytes(namespaceUri);
    }

    public ReadOnlySpan<byte> LocalName => _localName;

    /// <summary>Empty for a name in no namespace.</summary>
    public ReadOnlySpan<byte> NamespaceUri => _namespaceUri;

    public override string ToString() => _namespaceUri.Length == 0
        ? Encoding.UTF8.GetString(_localName)
        : $"{{{Encoding.UTF8.GetString(_namespaceUri)}}}{Encoding.UTF8.GetString(_localName)}";
}
