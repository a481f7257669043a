using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>Finds definitions by their names (WSDL 1.1 section 2.1.1).</summary>
internal sealed class WsdlLookup(WsdlSet set)
{
    private readonly Dictionary<(XName Kind, XName Name), List<XElement>> _definitions = Index(set);

    /// <summary>The definition that an attribute names.</summary>
    /// <param name="place">The element with the attribute.</param>
    /// <param name="attribute">The name of the attribute.</param>
    /// <param name="kind">What is defined, as binding.</param>
    public XElement Find(XElement place, string attribute, string kind)
    {
        var reference = place.Attribute(attribute)
            ?? throw Locations.Fail(place, $"wsdl:{place.Name.LocalName} has no {attribute}: add it (WSDL 1.1).");
        var name = QName(reference);
        return _definitions.GetValueOrDefault((Namespaces.Wsdl + kind, name)) switch
        {
            [var one] => one,
            null or [] => throw Locations.Fail(
                reference,
                $"There is no wsdl:{kind} '{Text.Short(name.ToString())}': import the document that has it, or correct the name."),
            _ => throw Locations.Fail(
                reference, $"There are several wsdl:{kind} '{Text.Short(name.ToString())}': give each its own name."),
        };
    }

    /// <summary>All definitions that an attribute names. Policies of messages apply wherever the WSDL has the message.</summary>
    public IEnumerable<XElement> FindAll(XElement place, string attribute, string kind) =>
        place.Attribute(attribute) is { } reference ? _definitions.GetValueOrDefault((Namespaces.Wsdl + kind, QName(reference)), []) : [];

    /// <summary>The name of a definition, in the target namespace of its document.</summary>
    public static XName NameOf(XElement definition)
    {
        var name = definition.Attribute("name")
            ?? throw Locations.Fail(definition, $"wsdl:{definition.Name.LocalName} has no name: add it (WSDL 1.1).");
        return Namespaced(definition.Document?.Root?.Attribute("targetNamespace")?.Value ?? "", name.Value.Trim(), name);
    }

    private static XName QName(XAttribute reference)
    {
        var text = reference.Value.Trim();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return Namespaced(reference.Parent!.GetDefaultNamespace().NamespaceName, text, reference);
        }

        var ns = colon == 0 || !IsName(text[..colon]) ? null : reference.Parent!.GetNamespaceOfPrefix(text[..colon]);
        return ns is null
            ? throw Locations.Fail(reference, $"'{Text.Short(text)}' has a prefix that is not declared.")
            : Namespaced(ns.NamespaceName, text[(colon + 1)..], reference);
    }

    private static XName Namespaced(string ns, string local, XAttribute place) =>
        IsName(local) ? XName.Get(local, ns) : throw Locations.Fail(place, $"'{Text.Short(local)}' is no name (an NCName).");

    private static bool IsName(string text)
    {
        try
        {
            _ = System.Xml.XmlConvert.VerifyNCName(text);
            return true;
        }
        catch (Exception failure) when (failure is System.Xml.XmlException or ArgumentException)
        {
            return false;
        }
    }

    private static Dictionary<(XName, XName), List<XElement>> Index(WsdlSet set)
    {
        var index = new Dictionary<(XName, XName), List<XElement>>();
        foreach (var definition in set.Definitions.SelectMany(d => d.Elements()))
        {
            if (definition.Name.Namespace == Namespaces.Wsdl
                && definition.Name.LocalName is "binding" or "portType" or "message" or "service")
            {
                var key = (definition.Name, NameOf(definition));
                if (!index.TryGetValue(key, out var list))
                {
                    index.Add(key, list = []);
                }

                list.Add(definition);
            }
        }

        return index;
    }
}
