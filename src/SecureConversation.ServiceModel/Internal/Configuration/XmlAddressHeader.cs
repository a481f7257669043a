using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>A header of an address (WS-Addressing 1.0 section 2.1: reference parameters) that a file has as XML.</summary>
internal sealed class XmlAddressHeader(string xml) : AddressHeader
{
    private readonly XElement _element = XElement.Parse(xml);

    public override string Name => _element.Name.LocalName;

    public override string Namespace => _element.Name.NamespaceName;

    protected override void OnWriteAddressHeaderContents(XmlDictionaryWriter writer)
    {
        foreach (var attribute in _element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
        {
            writer.WriteAttributeString(attribute.Name.LocalName, attribute.Name.NamespaceName, attribute.Value);
        }

        foreach (var node in _element.Nodes())
        {
            node.WriteTo(writer);
        }
    }
}
