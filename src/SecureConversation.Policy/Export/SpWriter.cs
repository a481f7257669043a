using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Export;

/// <summary>Makes elements of one version of WS-SecurityPolicy and one of WS-Policy.</summary>
internal sealed class SpWriter(SpVersion sp, PolicyVersion policy)
{
    public SpVersion Sp { get; } = sp;

    public XNamespace Wsp { get; } = policy == PolicyVersion.Policy15 ? Namespaces.Wsp15 : Namespaces.Wsp12;

    /// <summary>An assertion at the top, with the prefixes that WCF uses.</summary>
    public XElement Top(XElement assertion)
    {
        if (Namespaces.IsSecurityPolicy(assertion.Name.Namespace))
        {
            assertion.SetAttributeValue(XNamespace.Xmlns + "sp", Sp.Namespace.NamespaceName);
        }

        if (assertion.Descendants().Any(e => e.Name.Namespace == Wsp))
        {
            assertion.SetAttributeValue(XNamespace.Xmlns + "wsp", Wsp.NamespaceName);
        }

        if (assertion.Descendants().Any(e => e.Name.Namespace == Namespaces.Mssp))
        {
            assertion.SetAttributeValue(XNamespace.Xmlns + "mssp", Namespaces.Mssp.NamespaceName);
        }

        return assertion;
    }

    public XElement Flag(string name) => new(Sp.Name(name));

    public XElement? Flag(string name, bool condition) => condition ? Flag(name) : null;

    /// <summary>An assertion with a nested policy.</summary>
    public XElement Nested(string name, params IEnumerable<object?> content) => Nested(Sp.Name(name), content);

    public XElement Nested(XName name, params IEnumerable<object?> content) => new(name, new XElement(Wsp + "Policy", content));
}
