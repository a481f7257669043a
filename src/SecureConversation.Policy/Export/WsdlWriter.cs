using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Import;
using SecureConversation.Policy.Wsdl;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Export;

/// <summary>Writes policies into a WSDL: at its start, with the names of WCF, and references where they apply.</summary>
internal sealed class WsdlWriter(XDocument wsdl, WsdlBindingPlace place, PolicyVersion version)
{
    private readonly XNamespace _wsp = version == PolicyVersion.Policy15 ? Namespaces.Wsp15 : Namespaces.Wsp12;
    private readonly List<XElement> _policies = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public void Write(ExportedPolicies policies)
    {
        var removed = new List<string>();
        Clear(place.Binding, removed);
        place.Binding.Elements(Namespaces.Wsaw + "UsingAddressing").Remove();
        Attach(place.Binding, $"{place.Name}_policy", policies.Binding);
        foreach (var (operation, exported) in place.Operations.Zip(policies.Operations))
        {
            Clear(operation.OfBinding, removed);
            var name = $"{place.Name}_{operation.Contract.Name}";
            Attach(operation.OfBinding, $"{name}_policy", exported.Tokens);
            foreach (var message in operation.Messages)
            {
                var (suffix, assertions) = message.Kind switch
                {
                    MessageKind.Request => ("Input_policy", exported.Input),
                    MessageKind.Reply => ("output_policy", exported.Output),
                    _ => ($"{FaultName(message)}_Fault", exported.Faults.GetValueOrDefault(FaultName(message), [])),
                };
                var element = message.OfBinding ?? (assertions.IsEmpty ? null : Add(operation.OfBinding, message));
                if (element is not null)
                {
                    Clear(element, removed);
                    Attach(element, $"{name}_{suffix}", assertions);
                }
            }
        }

        RemoveUnused(removed);
        Declare("wsp", _wsp);
        Declare("wsu", Namespaces.Wsu);
        wsdl.Root!.AddFirst(_policies);
    }

    private static string FaultName(BindingMessage message) => message.OfPortType.Attribute("name")?.Value ?? "";

    /// <summary>
    /// Adds a message that the portType has and the binding leaves out, as hand-written ones do with faults: its policy has to stand
    /// somewhere, or clients would take the message unprotected.
    /// </summary>
    private static XElement Add(XElement operation, BindingMessage message)
    {
        var element = new XElement(message.OfPortType.Name);
        if (message.Kind == MessageKind.Fault)
        {
            var soap = operation.Parent!.Element(Namespaces.Soap12Wsdl + "binding") is null ? Namespaces.Soap11Wsdl : Namespaces.Soap12Wsdl;
            element.SetAttributeValue("name", FaultName(message));
            element.Add(new XElement(soap + "fault", new XAttribute("name", FaultName(message)), new XAttribute("use", "literal")));
        }

        operation.Add(element);
        return element;
    }

    private void Attach(XElement element, string id, ImmutableArray<XElement> assertions)
    {
        if (assertions.IsEmpty)
        {
            return;
        }

        // Overloaded operations share their name.
        var unique = id;
        for (var i = 2; !_ids.Add(unique); i++)
        {
            unique = $"{id}{i}";
        }

        element.AddFirst(new XElement(_wsp + "PolicyReference", new XAttribute("URI", "#" + unique)));
        _policies.Add(new XElement(
            _wsp + "Policy",
            new XAttribute(Namespaces.Wsu + "Id", unique),
            new XElement(_wsp + "ExactlyOne", new XElement(_wsp + "All", assertions))));
    }

    /// <summary>Removes the policies that an element had.</summary>
    private static void Clear(XElement element, List<string> removed)
    {
        removed.AddRange(element.Elements().Where(e => WspNames.Is(e, "PolicyReference")).Attributes("URI").Select(a => a.Value.Trim()));
        var uris = element.Attributes().Where(a => a.Name.LocalName == "PolicyURIs" && Namespaces.IsPolicy(a.Name.Namespace)).ToList();
        removed.AddRange(uris.SelectMany(a => a.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        uris.ForEach(a => a.Remove());
        element.Elements().Where(e => WspNames.Is(e, "PolicyReference") || WspNames.IsPolicyElement(e)).Remove();
    }

    /// <summary>Removes the policies that nothing refers to any more, and those whose Ids are wanted.</summary>
    private void RemoveUnused(List<string> removed)
    {
        var wanted = _policies.Select(p => p.Attribute(Namespaces.Wsu + "Id")!.Value).ToHashSet();
        var used = wsdl.Descendants().Where(e => WspNames.Is(e, "PolicyReference") && !e.Ancestors().Any(WspNames.IsPolicyElement))
            .Attributes("URI").Select(a => a.Value.Trim())
            .Except(wanted.Select(id => "#" + id)).ToHashSet();
        foreach (var policy in wsdl.Root!.Elements().Where(WspNames.IsPolicyElement).ToList())
        {
            var id = policy.Attribute(Namespaces.Wsu + "Id")?.Value.Trim();
            if (id is not null && !used.Contains("#" + id) && (wanted.Contains(id) || removed.Contains("#" + id)))
            {
                policy.Remove();
            }
        }
    }

    private void Declare(string prefix, XNamespace ns)
    {
        if (wsdl.Root!.GetPrefixOfNamespace(ns) is null && wsdl.Root.GetNamespaceOfPrefix(prefix) is null)
        {
            wsdl.Root.SetAttributeValue(XNamespace.Xmlns + prefix, ns.NamespaceName);
        }
    }
}
