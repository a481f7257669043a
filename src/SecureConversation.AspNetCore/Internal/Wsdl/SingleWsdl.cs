using System.Xml.Linq;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>Makes one document out of a WSDL and what it imports, for <c>?singleWsdl</c>.</summary>
internal static class SingleWsdl
{
    /// <summary>The document; null where imports have no place in one: WSDL of another namespace, or <c>xs:redefine</c>.</summary>
    public static XElement? Create(IReadOnlyList<WsdlFile> files)
    {
        var root = new XElement(files[0].Root);
        var target = (string?)root.Attribute("targetNamespace");
        var others = files.Where(file => !file.IsSchema).Skip(1).ToList();
        if (others.Exists(file => (string?)file.Root.Attribute("targetNamespace") != target)
            || files.Any(file => file.Root.Descendants(WsdlNames.SchemaRedefine).Any()))
        {
            return null;
        }

        foreach (var other in others)
        {
            root.Add(other.Root.Elements().Select(child => WithNamespacesOf(other.Root, child)));
        }

        root.Elements(WsdlNames.Import).Where(import => IsOurs(import.Attribute("location"))).Remove();
        MoveSchemas(root, files);
        Sort(root);
        return root;
    }

    private static void MoveSchemas(XElement root, IReadOnlyList<WsdlFile> files)
    {
        var schemas = root.Elements(WsdlNames.Types).SelectMany(types => types.Elements()).ToList();
        foreach (var file in files.Where(file => file.IsSchema))
        {
            schemas.AddRange(Namespaces(file, files).Select(ns => InNamespace(file.Root, ns)));
        }

        root.Elements(WsdlNames.Types).Remove();
        foreach (var schema in schemas.Where(schema => schema.Name == WsdlNames.SchemaRoot))
        {
            schema.Elements(WsdlNames.SchemaInclude).Where(include => IsOurs(include.Attribute("schemaLocation"))).Remove();
            schema.Elements(WsdlNames.SchemaImport).Attributes("schemaLocation").Where(IsOurs).Remove();
        }

        // One that only imported others says nothing more.
        schemas.RemoveAll(schema => schema.Name == WsdlNames.SchemaRoot && schema.Attribute("targetNamespace") is null
            && schema.Elements().All(child => child.Name == WsdlNames.SchemaImport && child.Attribute("schemaLocation") is null));
        if (schemas.Count > 0)
        {
            root.AddFirst(new XElement(WsdlNames.Types, schemas));
        }
    }

    /// <summary>The namespaces that a schema is included into; its own where it has one (XML Schema 1.0 part 1, section 4.2.1).</summary>
    private static IEnumerable<string?> Namespaces(WsdlFile file, IReadOnlyList<WsdlFile> files)
    {
        if ((string?)file.Root.Attribute("targetNamespace") is { } own)
        {
            return [own];
        }

        var including = files.SelectMany(other => other.Root.DescendantsAndSelf(WsdlNames.SchemaInclude))
            .Where(include => (string?)include.Attribute("schemaLocation") == "?" + file.Query)
            .Select(include => (string?)include.Parent!.Attribute("targetNamespace"));
        return including.Distinct().DefaultIfEmpty(null);
    }

    private static XElement InNamespace(XElement schema, string? ns)
    {
        var copy = new XElement(schema);
        if (ns is not null && copy.Attribute("targetNamespace") is null)
        {
            copy.SetAttributeValue("targetNamespace", ns);
            if (copy.GetDefaultNamespace() == XNamespace.None)
            {
                // Names without a prefix are those of the including schema.
                copy.SetAttributeValue("xmlns", ns);
            }
        }

        return copy;
    }

    private static XElement WithNamespacesOf(XElement root, XElement child)
    {
        var copy = new XElement(child);
        foreach (var declaration in root.Attributes().Where(a => a.IsNamespaceDeclaration && copy.Attribute(a.Name) is null))
        {
            copy.Add(new XAttribute(declaration));
        }

        return copy;
    }

    // The order of the schema of WSDL 1.1: types, message, portType, binding, service.
    private static void Sort(XElement root)
    {
        string[] order = ["import", "documentation", "types", "message", "portType", "binding", "service"];
        var children = root.Elements()
            .OrderBy(child => child.Name.Namespace == WsdlNames.Wsdl ? Array.IndexOf(order, child.Name.LocalName) : -1).ToList();
        root.ReplaceNodes(children);
    }

    private static bool IsOurs(XAttribute? place) => place?.Value.StartsWith('?') ?? false;
}
