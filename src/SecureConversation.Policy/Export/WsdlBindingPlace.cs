using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsdl;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Export;

/// <summary>A SOAP binding in a WSDL.</summary>
internal sealed record WsdlBindingPlace(XElement Binding, ImmutableArray<BindingOperation> Operations)
{
    public string Name => Binding.Attribute("name")!.Value;

    /// <summary>Finds a binding by its name or that of one of its ports; the only one when there is no name.</summary>
    public static WsdlBindingPlace Find(XDocument wsdl, string? name, IEnumerable<XDocument> imported)
    {
        if (wsdl.Root?.Name != Namespaces.Wsdl + "definitions")
        {
            throw new PolicyException("The document is no wsdl:definitions of WSDL 1.1.");
        }

        var policies = new PolicyIndex();
        var lookup = new WsdlLookup(new WsdlSet([wsdl, .. imported], policies));
        var bindings = wsdl.Root.Elements(Namespaces.Wsdl + "binding").Where(IsSoap).ToList();
        var ports = wsdl.Root.Elements(Namespaces.Wsdl + "service").Elements(Namespaces.Wsdl + "port").ToList();
        var found = name is null
            ? bindings
            : bindings.Where(b => b.Attribute("name")?.Value == name)
                .Union(ports.Where(p => p.Attribute("name")?.Value == name).Select(p => lookup.Find(p, "binding", "binding")))
                .Where(IsSoap).ToList();
        return found switch
        {
            [var one] => new(one, BindingOperation.Of(one, lookup.Find(one, "type", "portType"))),
            [] => throw new PolicyException(
                $"The WSDL has no SOAP binding{(name is null ? "" : $" or port '{name}'")}; it has {Names(bindings)}."),
            _ => throw new PolicyException($"The WSDL has several SOAP bindings ({Names(found)}): say which by its name."),
        };
    }

    public void RequireSoap(SoapVersion soap)
    {
        var own = Binding.Element(Namespaces.Soap12Wsdl + "binding") is not null ? SoapVersion.Soap12 : SoapVersion.Soap11;
        if (own != soap)
        {
            throw Locations.Fail(Binding,
                $"wsdl:binding '{Name}' is of {own}, and the endpoint of {soap}: choose the MessageVersion of the WSDL.");
        }
    }

    private static bool IsSoap(XElement binding) =>
        binding.Element(Namespaces.Soap12Wsdl + "binding") is not null || binding.Element(Namespaces.Soap11Wsdl + "binding") is not null;

    private static string Names(List<XElement> bindings) =>
        bindings.Count == 0 ? "none" : string.Join(", ", bindings.Select(b => b.Attribute("name")?.Value));
}
