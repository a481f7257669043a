using System.Collections.Immutable;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>An <c>&lt;endpoint&gt;</c> of <c>&lt;client&gt;</c>.</summary>
public sealed record ConfiguredClientEndpoint
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The name; empty where the file gives none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The address of the service; null where the code sets it.</summary>
    public Uri? Address { get; init; }

    /// <summary>The contract: the ConfigurationName of its ServiceContract, or the full name of its type.</summary>
    public string Contract { get; init; } = "";

    /// <summary>The binding; null where it could not be read (see <see cref="Problems"/>).</summary>
    public ConfiguredBinding? Binding { get; init; }

    /// <summary>The identity of the service; null where the file gives none.</summary>
    public ConfiguredIdentity? Identity { get; init; }

    /// <summary>Headers of the address, each one XML text.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary>
    /// The behavior: that of <c>behaviorConfiguration</c>, or else the one without name, the default since .NET Framework 4.
    /// </summary>
    public ConfiguredEndpointBehavior Behavior { get; init; } = new();

    /// <summary>The problems of the endpoint, its binding and its behavior.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Throws where a problem is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The endpoint cannot be used.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);

    /// <summary>The credentials of the client for this endpoint: those of the behavior, with address and identity.</summary>
    /// <param name="userName">The user name; files never hold it. Null where the binding needs none.</param>
    /// <param name="address">The address; null for <see cref="Address"/>. Chooses among the scoped certificates of the service.</param>
    /// <exception cref="ServiceModelConfigurationException">The endpoint has problems, or a certificate is not found.</exception>
    public ClientCredentials ToClientCredentials(UserNameCredential? userName = null, Uri? address = null)
    {
        EnsureUsable();
        var credentials = Behavior.ClientCredentials ?? new ConfiguredClientCredentials { Location = Location };
        return credentials.ToClientCredentials(address ?? Address, userName, Identity);
    }
}
