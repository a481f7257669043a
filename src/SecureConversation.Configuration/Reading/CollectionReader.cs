using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Reading;

/// <summary>The items of a collection, over several files: <c>clear</c>, <c>remove</c>, replacing and merging by key.</summary>
internal sealed class CollectionReader(NodeReader reader, ConfigNode node)
{
    private readonly List<ConfigNode> _items = [];
    private readonly HashSet<string> _keysOfLayer = new(StringComparer.Ordinal);

    public void BeginLayer() => _keysOfLayer.Clear();

    /// <summary>Whether the element is one of the two that take items out; it is done then.</summary>
    public bool TryCommand(XElement command)
    {
        if (!node.Schema.IsCollection)
        {
            return false;
        }

        switch (command.Name.NamespaceName.Length > 0 ? "" : command.Name.LocalName)
        {
            case "clear":
                RefuseOthers(command, []);
                _items.Clear();
                _keysOfLayer.Clear();
                return true;
            case "remove":
                var schema = node.Schema.Children().First(child => !child.Key.IsEmpty);
                RefuseOthers(command, schema.Key);
                var key = string.Join('\n', schema.Key.Select(name => command.Attribute(name)?.Value ?? ""));
                _items.RemoveAll(item => item.Key == key);
                _keysOfLayer.Remove(key);
                return true;
            default:
                return false;
        }
    }

    // A misspelt key would take out another item, or none.
    private void RefuseOthers(XElement command, IReadOnlyCollection<string> known)
    {
        foreach (var other in command.Attributes().Where(a => !a.IsNamespaceDeclaration && !known.Contains(a.Name.LocalName)))
        {
            node.Report(
                ConfigurationProblemSeverity.Error,
                XmlSource.Locate(other),
                other.Name.LocalName,
                other.Value,
                $"<{command.Name.LocalName}> has no such attribute here.",
                known.Count == 0 ? "Remove it." : $"It names an item by {string.Join(", ", known)}.");
        }
    }

    public void Add(XElement place, ElementSchema schema)
    {
        var item = reader.Read([place], schema, node.Path);
        if (item.Key is { } key)
        {
            if (!_keysOfLayer.Add(key))
            {
                item.Error(
                    $"Another <{schema.Name}> of this file has the same {string.Join(", ", schema.Key)}.", "Rename or remove one of them.");
            }

            var outer = _items.FindIndex(other => other.Name == item.Name && other.Key == key);
            if (outer >= 0)
            {
                if (schema.IsMerged)
                {
                    item.MergeFrom(_items[outer]);
                }

                _items.RemoveAt(outer);
            }
        }

        _items.Add(item);
    }

    public void Finish() => _items.ForEach(node.Add);
}
