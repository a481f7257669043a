using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>A <c>&lt;behavior&gt;</c> of <c>&lt;endpointBehaviors&gt;</c>.</summary>
public sealed record ConfiguredEndpointBehavior
{
    /// <summary>Where it stands; null where no behavior applies.</summary>
    public ConfigurationLocation? Location { get; init; }

    /// <summary>The name; empty for defaults.</summary>
    public string Name { get; init; } = "";

    /// <summary>The credentials of a client; null where the behavior has none.</summary>
    public ConfiguredClientCredentials? ClientCredentials { get; init; }

    /// <summary>The address that requests are sent to (<c>clientVia</c>); null for that of the endpoint.</summary>
    public Uri? ClientVia { get; init; }

    /// <summary>Maximum number of objects in a message (<c>dataContractSerializer</c>); null where the behavior says nothing.</summary>
    public int? MaxItemsInObjectGraph { get; init; }

    /// <summary>Whether unknown data of objects is dropped (<c>dataContractSerializer</c>). Default false.</summary>
    public bool IgnoreExtensionDataObject { get; init; }

    /// <summary>Whether a duplex client sends details of its exceptions (<c>callbackDebug</c>). Default false.</summary>
    public bool IncludeExceptionDetailInFaults { get; init; }

    /// <summary>The problems of the behavior.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Throws where a problem is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The behavior cannot be used.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);
}
