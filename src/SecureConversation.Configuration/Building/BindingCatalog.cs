using SecureConversation.Configuration.Reading;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Building;

/// <summary>The bindings of a configuration by kind and name. Each is built once, when it is first asked for.</summary>
internal sealed class BindingCatalog
{
    private readonly ConfigNode? _section;
    private readonly Dictionary<ConfigNode, ConfiguredBinding> _built = [];
    private readonly HashSet<ConfigNode> _inWork = [];
    private readonly BindingBuilder _builder;
    private readonly NodeReader _reader;

    private readonly SectionErrors _errors;

    public BindingCatalog(ConfigNode? section, NodeReader reader, SectionErrors errors)
    {
        _section = section;
        _reader = reader;
        _errors = errors;
        _builder = new(this);
    }

    /// <summary>All bindings that are written, in the order of the file.</summary>
    public IEnumerable<ConfiguredBinding> All =>
        (_section?.Children ?? []).SelectMany(kind => kind.Children.Select(binding => Build(kind.Name, binding)));

    /// <summary>Finds the binding that a node names, or reports why there is none.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="name">The name; empty for the default of the kind, which need not be written.</param>
    /// <param name="user">The node that names it: takes the problem.</param>
    public ConfiguredBinding? Resolve(string kind, string name, ConfigNode user)
    {
        if (kind.Length == 0)
        {
            user.Error("The endpoint names no binding.", "Write binding=\"wsHttpBinding\" or another kind.", "binding");
            return null;
        }

        var schema = BindingSchema.Find(kind);
        if (schema is null || schema.Reason.Length > 0)
        {
            user.Error(
                schema is null ? "WCF has no such binding, or it is an extension of the application." : schema.Reason,
                schema is null ? "Correct its name and case, or write it as a customBinding." : schema.Remedy,
                "binding",
                kind);
            return null;
        }

        var node = Find(kind, name);
        if (node is null && name.Length > 0)
        {
            user.Error(
                $"There is no <binding name=\"{name}\"> in <{kind}>.",
                "Write it, correct the name, or leave the attribute out for the defaults.",
                "bindingConfiguration",
                name);
            return null;
        }

        if (node is not null && _inWork.Contains(node))
        {
            user.Error(
                "The binding of the issuer leads back to the binding itself.", "Name another binding.", "bindingConfiguration", name);
            return null;
        }

        return node is not null ? Build(kind, node) : Default(kind, user);
    }

    /// <summary>The node of a written binding; null where there is none.</summary>
    public ConfigNode? Find(string kind, string name) =>
        _section?.Child(kind)?.Children.FirstOrDefault(binding => binding.Name == "binding" && binding.Text("name") == name);

    public ConfiguredBinding Build(string kind, ConfigNode node)
    {
        if (!_built.TryGetValue(node, out var binding))
        {
            _inWork.Add(node);
            binding = _builder.Build(kind, node);
            binding = binding with { Problems = [.. _errors.OfBindings(kind), .. binding.Problems] };
            _inWork.Remove(node);
            _built.Add(node, binding);
        }

        return binding;
    }

    // A binding that is not written has the defaults of its kind; its problems are those of its user.
    private ConfiguredBinding Default(string kind, ConfigNode user)
    {
        var schema = BindingSchema.Find(kind)!.Children()[0];
        var binding = _builder.Build(kind, _reader.Empty(schema, user.Location, $"{user.Path}/{kind}"));
        return binding with { Name = "", Problems = [.. _errors.OfBindings(kind), .. binding.Problems] };
    }
}
