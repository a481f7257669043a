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

    /// <param name="wsdl">The WSDL.</param>
    /// <param name="ofSecurityAlone">Whether what another binding element than that of security adds is left out.</param>
    public static SortedDictionary<string, string> Of(XDocument wsdl, bool ofSecurityAlone = false)
    {
        if (ofSecurityAlone)
        {
            wsdl = new XDocument(wsdl);
            wsdl.Descendants().Where(e => e.Name.LocalName == "Header" && IsReliable(e.Attribute("Namespace")?.Value ?? "")).Remove();
        }

        var policies = wsdl.Root!.Elements(Wsp + "Policy").ToDictionary(p => "#" + p.Attribute(Id)!.Value);
        // The channel of reliable messaging adds its headers to the parts somewhere among the others.
        var isReliable = wsdl.Descendants().Any(e => e.Name.LocalName == "RMAssertion")
            || ofSecurityAlone || IsReliable(wsdl.ToString());
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in wsdl.Root.Elements(Wsdl + "binding").Descendants(Wsp + "PolicyReference"))
        {
            var subject = string.Join('/',
                reference.Parent!.AncestorsAndSelf().Select(e => e.Name.LocalName + " " + e.Attribute("name")?.Value).Reverse());
            var assertions = policies[reference.Attribute("URI")!.Value].Element(Wsp + "ExactlyOne")!.Element(Wsp + "All")!.Elements();
            // Reliable messaging is no message security, and its own binding element writes it.
            result.Add(subject,
                string.Join('\n', assertions.Where(a => a.Name.LocalName != "RMAssertion").Select(a => Text(a, isReliable))));
        }

        return result;
    }

    private static bool IsReliable(string text) =>
        text.Contains("/ws/2005/02/rm", StringComparison.Ordinal) || text.Contains("/ws-rx/wsrm/200702", StringComparison.Ordinal);

    private static string Text(XElement element, bool sorts)
    {
        IEnumerable<string> children = element.Elements().Select(child => Text(child, sorts));
        if (sorts && element.Name.LocalName.EndsWith("Parts", StringComparison.Ordinal))
        {
            children = children.Order(StringComparer.Ordinal);
        }

        var attributes = element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => $" {a.Name}={a.Value}");
        return element.Name + string.Concat(attributes.Order(StringComparer.Ordinal))
            + (element.HasElements ? $"({string.Join(' ', children)})" : element.Value);
    }
}
