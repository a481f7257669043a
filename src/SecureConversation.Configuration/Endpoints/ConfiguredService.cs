using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>A <c>&lt;service&gt;</c>.</summary>
public sealed record ConfiguredService
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The name: the ConfigurationName of its ServiceBehavior, or the full name of its type.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// The behavior: that of <c>behaviorConfiguration</c>, or else the one without name, the default since .NET Framework 4.
    /// </summary>
    public ConfiguredServiceBehavior Behavior { get; init; } = new();

    /// <summary>The base addresses.</summary>
    public ImmutableArray<Uri> BaseAddresses { get; init; } = [];

    /// <summary>Time for opening the host. Default 1 minute.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for closing the host. Default 10 seconds.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The endpoints. Empty where the file has none; a host then adds one for each base address and contract, with
    /// <see cref="ServiceModelConfiguration.GetDefaultBinding"/>, as .NET Framework 4 does.
    /// </summary>
    public ImmutableArray<ConfiguredServiceEndpoint> Endpoints { get; init; } = [];

    /// <summary>The problems of the service, its endpoints and its behavior.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Throws where a problem is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The service cannot be used.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);
}
