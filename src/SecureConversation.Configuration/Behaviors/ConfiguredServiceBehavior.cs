using System.Collections.Immutable;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>A <c>&lt;serviceMetadata&gt;</c>.</summary>
public sealed record ConfiguredServiceMetadata
{
    /// <summary>Whether the WSDL is served over HTTP. Default false.</summary>
    public bool HttpGetEnabled { get; init; }

    /// <summary>The address of the WSDL; null (default) for the base address.</summary>
    public Uri? HttpGetUrl { get; init; }

    /// <summary>Whether the WSDL is served over HTTPS. Default false.</summary>
    public bool HttpsGetEnabled { get; init; }

    /// <summary>The address of the WSDL over HTTPS; null (default) for the base address.</summary>
    public Uri? HttpsGetUrl { get; init; }

    /// <summary>The address of the WSDL that is served instead of one of our own; null (default) for none.</summary>
    public Uri? ExternalMetadataLocation { get; init; }

    /// <summary>The version of WS-Policy: <c>Policy12</c> (default), <c>Policy15</c> or <c>Default</c>.</summary>
    public string PolicyVersion { get; init; } = "Default";
}

/// <summary>A <c>&lt;serviceDebug&gt;</c>.</summary>
public sealed record ConfiguredServiceDebug
{
    /// <summary>Whether faults hold details of exceptions. Default false.</summary>
    public bool IncludeExceptionDetailInFaults { get; init; }

    /// <summary>Whether a page for people is served over HTTP. Default true.</summary>
    public bool HttpHelpPageEnabled { get; init; } = true;

    /// <summary>The address of that page; null (default) for the base address.</summary>
    public Uri? HttpHelpPageUrl { get; init; }

    /// <summary>Whether that page is served over HTTPS. Default true.</summary>
    public bool HttpsHelpPageEnabled { get; init; } = true;

    /// <summary>The address of that page over HTTPS; null (default) for the base address.</summary>
    public Uri? HttpsHelpPageUrl { get; init; }
}

/// <summary>A <c>&lt;serviceThrottling&gt;</c>; 0 is the default of the stack.</summary>
public sealed record ConfiguredServiceThrottling
{
    /// <summary>Maximum number of concurrent calls.</summary>
    public int MaxConcurrentCalls { get; init; }

    /// <summary>Maximum number of sessions.</summary>
    public int MaxConcurrentSessions { get; init; }

    /// <summary>Maximum number of objects of the service.</summary>
    public int MaxConcurrentInstances { get; init; }
}

/// <summary>A <c>&lt;behavior&gt;</c> of <c>&lt;serviceBehaviors&gt;</c>.</summary>
public sealed record ConfiguredServiceBehavior
{
    /// <summary>Where it stands; null where no behavior applies.</summary>
    public ConfigurationLocation? Location { get; init; }

    /// <summary>The name; empty for defaults.</summary>
    public string Name { get; init; } = "";

    /// <summary>The credentials of the service; null where the behavior has none.</summary>
    public ConfiguredServiceCredentials? ServiceCredentials { get; init; }

    /// <summary>The metadata; null where the behavior has none, and nothing is served.</summary>
    public ConfiguredServiceMetadata? Metadata { get; init; }

    /// <summary>What is told to developers; null where the behavior says nothing.</summary>
    public ConfiguredServiceDebug? Debug { get; init; }

    /// <summary>Limits; null where the behavior says nothing.</summary>
    public ConfiguredServiceThrottling? Throttling { get; init; }

    /// <summary>Maximum number of objects in a message (<c>dataContractSerializer</c>); null where the behavior says nothing.</summary>
    public int? MaxItemsInObjectGraph { get; init; }

    /// <summary>Whether unknown data of objects is dropped (<c>dataContractSerializer</c>). Default false.</summary>
    public bool IgnoreExtensionDataObject { get; init; }

    /// <summary>The type that authorizes calls (<c>serviceAuthorization</c>); empty where the file gives none.</summary>
    public string ServiceAuthorizationManagerType { get; init; } = "";

    /// <summary>
    /// Whether metadata gives addresses the host name of the request (<c>useRequestHeadersForMetadataAddress</c>). Default false.
    /// </summary>
    public bool UseRequestHeadersForMetadataAddress { get; init; }

    /// <summary>The problems of the behavior.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Throws where a problem is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The behavior cannot be used.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);

    /// <summary>The credentials of the engine; without <see cref="ServiceCredentials"/> they are empty.</summary>
    /// <exception cref="ServiceModelConfigurationException">The behavior has problems, or a certificate or type is not found.</exception>
    public ServiceCredentials ToServiceCredentials()
    {
        EnsureUsable();
        return ServiceCredentials?.ToServiceCredentials() ?? new();
    }
}
