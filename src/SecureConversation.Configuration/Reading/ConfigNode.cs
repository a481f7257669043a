using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Reading;

/// <summary>An element of a file that was compared with its schema: values, children and problems.</summary>
/// <param name="schema">What the element may hold.</param>
/// <param name="location">Where it stands.</param>
/// <param name="path">Its path, for messages.</param>
/// <param name="count">Counts problems.</param>
/// <param name="parent">Takes the problems where the element is not written; null where it is.</param>
internal sealed class ConfigNode(
    ElementSchema schema, ConfigurationLocation location, string path, ProblemCount count, ConfigNode? parent = null)
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigurationLocation> _places = new(StringComparer.Ordinal);
    private readonly List<ConfigNode> _children = [];
    private readonly List<ConfigurationProblem> _problems = [];

    public ElementSchema Schema { get; } = schema;

    public ConfigurationLocation Location { get; } = location;

    /// <summary>The path of the element, for messages.</summary>
    public string Path { get; } = path;

    public string Name => Schema.Name;

    public IReadOnlyList<ConfigNode> Children => _children;

    /// <summary>The children of an element that holds any XML.</summary>
    public ImmutableArray<string> RawChildren { get; private set; } = [];

    /// <summary>The problems of the element and all that it holds, in the order of the file.</summary>
    public ImmutableArray<ConfigurationProblem> Problems => [.. _problems, .. _children.SelectMany(child => child.Problems)];

    /// <summary>The errors of the element alone, without those of what it holds.</summary>
    public IEnumerable<ConfigurationProblem> OwnErrors =>
        _problems.Where(problem => problem.Severity == ConfigurationProblemSeverity.Error);

    /// <summary>The key in its collection; null where the collection only lists.</summary>
    public string? Key => Schema.Key.IsEmpty
        ? null
        : string.Join('\n', Schema.Key.Select(name => _values.TryGetValue(name, out var value) ? $"{value}" : ""));

    /// <summary>Whether the attribute is written with a valid value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value of an attribute: written, or the default.</summary>
    public T Get<T>(string name) => (T)(_values.TryGetValue(name, out var value) ? value : Attribute(name).DefaultValue!);

    /// <summary>Whether the element says anything but defaults.</summary>
    public bool SaysSomething => _children.Count > 0 || _values.Any(value => !Equals(value.Value, Attribute(value.Key).DefaultValue));

    public string Text(string name) => Get<string>(name);

    public bool Flag(string name) => Get<bool>(name);

    /// <summary>The value if written, otherwise another one: settings whose default is not that of the schema.</summary>
    public T Or<T>(string name, T otherwise) => _values.TryGetValue(name, out var value) ? (T)value : otherwise;

    public ConfigNode? Child(string name) => _children.FirstOrDefault(child => child.Name == name);

    /// <summary>The child, or an empty one that has all defaults.</summary>
    public ConfigNode ChildOrDefault(string name) =>
        Child(name) ?? new ConfigNode(ChildSchema(name), Location, $"{Path}/{name}", count, parent: this);

    public void Set(string name, object value) => _values[name] = value;

    /// <summary>Keeps where an attribute stands.</summary>
    public void Place(string name, ConfigurationLocation place) => _places[name] = place;

    public void Add(ConfigNode child) => _children.Add(child);

    public void SetRaw(IEnumerable<XElement> children) =>
        RawChildren = [.. children.Select(child => child.ToString(SaveOptions.DisableFormatting))];

    /// <summary>Takes over what a node further out has and this one has not.</summary>
    public void MergeFrom(ConfigNode outer)
    {
        _problems.InsertRange(0, outer._problems);
        _children.InsertRange(0, outer._children.Where(child => Child(child.Name) is null).ToList());
        foreach (var (name, value) in outer._values)
        {
            _values.TryAdd(name, value);
        }
    }

    public void Error(string reason, string remedy, string? attribute = null, string? found = null) =>
        Report(ConfigurationProblemSeverity.Error, PlaceOf(attribute), attribute, found, reason, remedy);

    /// <summary>Notes each of these attributes that is written with another value than its default, as without effect.</summary>
    public void NoteWithoutEffect(string reason, params IEnumerable<string> attributes)
    {
        foreach (var name in attributes.Where(name => Has(name) && !Equals(_values[name], Attribute(name).DefaultValue)))
        {
            Report(
                ConfigurationProblemSeverity.Note,
                PlaceOf(name),
                name,
                $"{_values[name]}",
                reason,
                "Remove it, or leave it: WCF ignores it too.");
        }
    }

    public void Report(
        ConfigurationProblemSeverity severity,
        ConfigurationLocation location,
        string? attribute,
        string? found,
        string reason,
        string remedy)
    {
        count.Add(location);
        Keep(new()
        {
            Severity = severity,
            Location = location,
            Path = Path,
            Attribute = attribute,
            Found = IsSecret(attribute) ? null : found,
            Reason = reason,
            Remedy = remedy,
        });
    }

    // A secret in the wrong place, or a misspelt name of it, is one all the same.
    private static bool IsSecret(string? attribute) => attribute is not null
        && attribute is not ("passwordType" or "allowClearTextPassword")
        && (attribute.StartsWith("password", StringComparison.OrdinalIgnoreCase)
            || attribute.EndsWith("password", StringComparison.OrdinalIgnoreCase));

    private ConfigurationLocation PlaceOf(string? attribute) =>
        attribute is not null && _places.TryGetValue(attribute, out var place) ? place : Location;

    private void Keep(ConfigurationProblem problem)
    {
        if (parent is null)
        {
            _problems.Add(problem);
        }
        else
        {
            parent.Keep(problem);
        }
    }

    private AttributeSchema Attribute(string name) => Schema.Attributes.First(attribute => attribute.Name == name);

    private ElementSchema ChildSchema(string name) => Schema.Children().First(child => child.Name == name);
}
