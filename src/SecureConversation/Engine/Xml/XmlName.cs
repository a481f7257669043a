using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>An expanded name in UTF-8, so that comparing it with a message needs no conversion.</summary>
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

    /// <summary>The namespace in UTF-8; empty for a name in no namespace.</summary>
    public ReadOnlySpan<byte> NamespaceUri => _namespaceUri;

    public override string ToString() => _namespaceUri.Length == 0
        ? Encoding.UTF8.GetString(_localName)
        : $"{{{Encoding.UTF8.GetString(_namespaceUri)}}}{Encoding.UTF8.GetString(_localName)}";
}
