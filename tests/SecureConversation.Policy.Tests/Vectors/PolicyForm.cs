using System.Xml.Linq;

namespace SecureConversation.Policy.Tests.Vectors;

/// <summary>
/// The policies of a WSDL as text, by what they are attached to: names with namespaces, attributes sorted, children in order.
/// </summary>
internal static class PolicyForm
{
    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    private static readonly XNamespace Wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    private static readonly XName Id =
        XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd");

    public static SortedDictionary<string, string> Of(XDocument wsdl)
    {
        var policies = wsdl.Root!.Elements(Wsp + "Policy").ToDictionary(p => "#" + p.Attribute(Id)!.Value);
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in wsdl.Root.Elements(Wsdl + "binding").Descendants(Wsp + "PolicyReference"))
        {
            var subject = string.Join('/',
                reference.Parent!.AncestorsAndSelf().Select(e => e.Name.LocalName + " " + e.Attribute("name")?.Value).Reverse());
            var assertions = policies[reference.Attribute("URI")!.Value].Element(Wsp + "ExactlyOne")!.Element(Wsp + "All")!.Elements();
            result.Add(subject, string.Join('\n', assertions.Select(Text)));
        }

        return result;
    }

    private static string Text(XElement element)
    {
        var attributes = element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => $" {a.Name}={a.Value}");
        return element.Name + string.Concat(attributes.Order(StringComparer.Ordinal))
            + (element.HasElements ? $"({string.Join(' ', element.Elements().Select(Text))})" : element.Value);
    }
}
