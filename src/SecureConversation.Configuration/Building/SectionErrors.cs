using System.Collections.Immutable;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>
/// Errors of the elements around bindings and behaviors: a section that is encrypted, misspelt or written twice. Whoever would use a
/// default in place of what such a section said, which may be weaker, gets them.
/// </summary>
/// <param name="files">The files.</param>
/// <param name="sections">The sections by name.</param>
internal sealed class SectionErrors(ConfigNode files, IReadOnlyDictionary<string, ConfigNode> sections)
{
    /// <summary>What keeps bindings of a kind from being known.</summary>
    public ImmutableArray<ConfigurationProblem> OfBindings(string kind)
    {
        var section = sections.GetValueOrDefault("bindings");
        return [.. OfFiles, .. Own(section), .. Own(section?.Child(kind))];
    }

    /// <summary>What keeps behaviors of a kind from being known: <c>endpointBehaviors</c> or <c>serviceBehaviors</c>.</summary>
    public ImmutableArray<ConfigurationProblem> OfBehaviors(string kind)
    {
        var section = sections.GetValueOrDefault("behaviors");
        return [.. OfFiles, .. Own(section), .. Own(section?.Child(kind)), .. Own(sections.GetValueOrDefault("commonBehaviors"))];
    }

    /// <summary>What keeps the binding of a scheme from being known.</summary>
    public ImmutableArray<ConfigurationProblem> OfMappings =>
        [.. OfFiles, .. sections.GetValueOrDefault("protocolMapping")?.Problems ?? []];

    private IEnumerable<ConfigurationProblem> OfFiles => Own(files).Concat(files.Children.SelectMany(Own));

    private static IEnumerable<ConfigurationProblem> Own(ConfigNode? node) => node?.OwnErrors ?? [];
}
