using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>The port of a WSDL that an endpoint serves.</summary>
/// <param name="name">Its name.</param>
/// <param name="binding">The wsdl:binding that it names.</param>
/// <param name="place">Its soap:address.</param>
internal sealed class WsdlPort(string name, XElement binding, XElement place)
{
    public string Name => name;

    public XElement Binding => binding;

    /// <summary>The soap:address of the port.</summary>
    public XElement Place => place;

    /// <summary>Finds the port for the SOAP version of an endpoint.</summary>
    /// <param name="files">The documents.</param>
    /// <param name="soap">The version.</param>
    /// <param name="name">The name of the port; null where there is one of the version.</param>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static WsdlPort Find(IReadOnlyList<WsdlFile> files, SoapVersion soap, string? name)
    {
        var ns = soap == SoapVersion.Soap11 ? WsdlNames.Soap11 : WsdlNames.Soap12;
        var all = files.SelectMany(file => file.Root.Elements(WsdlNames.Service)).Elements(WsdlNames.Port).ToList();
        var found = all.Where(port => port.Element(ns + "address") is not null && (name is null || (string?)port.Attribute("name") == name))
            .ToList();
        if (found.Count != 1)
        {
            var known = string.Join(", ", all.Select(Describe));
            throw new InvalidOperationException(found.Count > 1
                ? $"{files[0].Path} has several ports for {soap}, {string.Join(", ", found.Select(Describe))}: say which one in 'port'."
                : $"{files[0].Path} has no port {(name is null ? "" : $"'{name}' ")}with a soap:address of {soap}, which is the version of "
                    + $"the endpoint (MessageVersion). It has: {(known.Length == 0 ? "no port" : known)}.");
        }

        var port = found[0];
        return new WsdlPort(Describe(port), BindingOf(files, port), port.Element(ns + "address")!);
    }

    private static XElement BindingOf(IReadOnlyList<WsdlFile> files, XElement port)
    {
        var (target, local) = Resolve(port, (string?)port.Attribute("binding") ?? "");
        return files.Select(file => file.Root)
            .Where(root => (string?)root.Attribute("targetNamespace") == target)
            .SelectMany(root => root.Elements(WsdlNames.Binding))
            .FirstOrDefault(binding => (string?)binding.Attribute("name") == local)
            ?? throw new InvalidOperationException($"{files[0].Path}: the port {Describe(port)} names the binding "
                + $"'{(string?)port.Attribute("binding")}', which none of the documents has.");
    }

    private static (string? Namespace, string Local) Resolve(XElement scope, string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (scope.GetDefaultNamespace().NamespaceName, name)
            : (scope.GetNamespaceOfPrefix(name[..colon])?.NamespaceName, name[(colon + 1)..]);
    }

    private static string Describe(XElement port) => (string?)port.Attribute("name") ?? "(without a name)";
}
