using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Reading;

/// <summary>Compares elements with their schema. The same element of several files is merged as .NET Framework does.</summary>
internal sealed class NodeReader(ProblemCount count)
{
    // What System.Configuration itself knows on every element.
    private static readonly string[] Locks =
        ["lockAttributes", "lockAllAttributesExcept", "lockElements", "lockAllElementsExcept", "lockItem"];

    /// <summary>Reads an element.</summary>
    /// <param name="layers">The element in each file, outermost first; at least one.</param>
    /// <param name="schema">What it may hold.</param>
    /// <param name="parentPath">The path of its parent.</param>
    public ConfigNode Read(IReadOnlyList<XElement> layers, ElementSchema schema, string parentPath)
    {
        var place = layers[^1];
        var node = new ConfigNode(schema, XmlSource.Locate(place), ElementPath(parentPath, place, schema), count);
        if (schema.Reason.Length > 0)
        {
            var severity = schema.IsNote ? ConfigurationProblemSeverity.Note : ConfigurationProblemSeverity.Error;
            node.Report(severity, node.Location, attribute: null, found: null, schema.Reason, schema.Remedy);
            return node;
        }

        foreach (var layer in layers)
        {
            ReadAttributes(layer, node);
            RefuseText(layer, node);
        }

        foreach (var attribute in schema.Attributes.Where(a => a.IsRequired && place.Attribute(a.Name) is null))
        {
            node.Error($"The attribute {attribute.Name} is missing.", $"Write it: {attribute.Kind.Expected}.");
        }

        ReadChildren(layers, node);
        return node;
    }

    /// <summary>A node that is not written: all attributes have their defaults.</summary>
    public ConfigNode Empty(ElementSchema schema, ConfigurationLocation location, string path) => new(schema, location, path, count);

    private static string ElementPath(string parentPath, XElement place, ElementSchema schema)
    {
        var key = schema.Key.IsEmpty ? null : (place.Attribute("name") ?? place.Attribute(schema.Key[0]))?.Value;
        return $"{parentPath}{(parentPath.Length == 0 ? "" : "/")}{schema.Name}{(key is null ? "" : $"[{key}]")}";
    }

    private static void ReadAttributes(XElement place, ConfigNode node)
    {
        foreach (var attribute in place.Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            var location = XmlSource.Locate(attribute);
            var name = attribute.Name.LocalName;
            if (attribute.Name.NamespaceName.Length > 0)
            {
                Report(
                    node,
                    attribute,
                    "It belongs to another namespace: a transformation, most likely.",
                    "Apply the transformation first, and read its result.");
            }
            else if (node.Schema.Attributes.FirstOrDefault(a => a.Name == name) is { } schema)
            {
                node.Place(name, location);
                ReadValue(node, schema, attribute, location);
            }
            else if (Locks.Contains(name))
            {
                node.Report(
                    ConfigurationProblemSeverity.Note, location, name, attribute.Value, "Nobody else changes the file.", "Leave it.");
            }
            else
            {
                Report(node, attribute, "WCF's schema has no such attribute here.", "Correct its name and case, or remove it.");
            }
        }
    }

    private static void ReadValue(ConfigNode node, AttributeSchema schema, XAttribute attribute, ConfigurationLocation location)
    {
        // An empty text stands for no value where a value is not text.
        if (attribute.Value.Length == 0 && schema.Kind != ValueKind.Text && schema.Default.Length == 0)
        {
            return;
        }

        var value = schema.Kind.Parse(attribute.Value);
        if (value is null)
        {
            Report(node, attribute, "The value is not valid.", $"Write {schema.Kind.Expected}.");
            return;
        }

        node.Set(schema.Name, value);
        if (schema.Effect != AttributeEffect.Used && !Equals(value, schema.DefaultValue))
        {
            var severity = schema.Effect == AttributeEffect.Refused
                ? ConfigurationProblemSeverity.Error
                : ConfigurationProblemSeverity.Note;
            node.Report(severity, location, schema.Name, attribute.Value, schema.Reason, schema.Remedy);
        }
    }

    private static void RefuseText(XElement place, ConfigNode node)
    {
        if (!node.Schema.IsRaw && place.Nodes().OfType<XText>().FirstOrDefault(t => !string.IsNullOrWhiteSpace(t.Value)) is { } text)
        {
            var found = text.Value.Trim();
            node.Report(
                ConfigurationProblemSeverity.Error,
                XmlSource.Locate(text),
                attribute: null,
                found: null,
                $"The element has no text, and '{(found.Length > 40 ? found[..40] : found)}' stands in it.",
                "Remove the text.");
        }
    }

    private static void Report(ConfigNode node, XAttribute attribute, string reason, string remedy) => node.Report(
        ConfigurationProblemSeverity.Error,
        XmlSource.Locate(attribute),
        attribute.Name.LocalName,
        attribute.Value,
        reason,
        remedy);

    private void ReadChildren(IReadOnlyList<XElement> layers, ConfigNode node)
    {
        if (node.Schema.IsRaw)
        {
            node.SetRaw(layers.SelectMany(layer => layer.Elements()));
            return;
        }

        var known = node.Schema.Children();
        var items = new CollectionReader(this, node);
        var singles = new List<(ElementSchema Schema, List<XElement> Layers)>();
        foreach (var layer in layers)
        {
            items.BeginLayer();
            foreach (var child in layer.Elements())
            {
                // WCF's elements are in no namespace.
                var schema = known.FirstOrDefault(s => child.Name == s.Name);
                if (schema is null && !items.TryCommand(child))
                {
                    ReportUnknown(node, child);
                }
                else if (schema is not null && (node.Schema.IsList || !schema.Key.IsEmpty))
                {
                    items.Add(child, schema);
                }
                else if (schema is not null)
                {
                    AddSingle(singles, schema, child, layer, node);
                }
            }
        }

        // In the order of the file: a customBinding is a stack.
        foreach (var (schema, places) in singles)
        {
            node.Add(Read(places, schema, node.Path));
        }

        items.Finish();
    }

    private static void AddSingle(
        List<(ElementSchema Schema, List<XElement> Layers)> singles, ElementSchema schema, XElement child, XElement layer, ConfigNode node)
    {
        var before = singles.Find(single => single.Schema == schema).Layers;
        if (before is null)
        {
            singles.Add((schema, [child]));
        }
        else if (before.Any(other => other.Parent == layer))
        {
            node.Report(
                ConfigurationProblemSeverity.Error,
                XmlSource.Locate(child),
                attribute: null,
                found: null,
                $"The element <{schema.Name}> stands here more than once.",
                "Merge the elements into one.");
        }
        else
        {
            before.Add(child);
        }
    }

    private static void ReportUnknown(ConfigNode node, XElement child) => node.Report(
        ConfigurationProblemSeverity.Error,
        XmlSource.Locate(child),
        attribute: null,
        found: null,
        $"WCF's schema has no element <{child.Name.LocalName}> "
            + $"{(child.Name.NamespaceName is { Length: > 0 } ns ? $"of the namespace '{(ns.Length > 100 ? ns[..100] : ns)}' " : "")}here.",
        "Correct its name and case; if it is an extension of the application, remove it and do in code what it does.");
}
