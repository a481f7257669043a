using System.Text.Json.Serialization;

namespace SecureConversation.Testing.Vectors;

/// <summary>The content of a <c>vector.json</c>: one recorded conversation.</summary>
public sealed record VectorFile
{
    public required string Name { get; init; }
    public required string Group { get; init; }
    public required string Origin { get; init; }
    public required string Summary { get; init; }
    public required VectorBinding Binding { get; init; }
    /// <summary>The settings of the client where they differ from those of the service.</summary>
    public VectorBinding? ClientBinding { get; init; }
    public required VectorCertificatePaths Certificates { get; init; }
    public VectorCredentials? Credentials { get; init; }
    public string? Wsdl { get; init; }
    public IReadOnlyList<VectorEvent> Events { get => field ?? []; init; }
    public required IReadOnlyList<VectorMessageRecord> Messages { get; init; }
    public required VectorSecrets Secrets { get; init; }
}

/// <summary>Paths relative to the vector; the private key lies beside, with the suffix <c>.key</c>.</summary>
public sealed record VectorCertificatePaths
{
    public required string Service { get; init; }
    public required string Client { get; init; }
    /// <summary>A certificate that the other side does not expect.</summary>
    public string? Other { get; init; }
}

public sealed record VectorCredentials
{
    public required string UserName { get; init; }
    public required string Password { get; init; }
}

/// <summary>Something that happened outside the messages, before the messages with a later instant.</summary>
public sealed record VectorEvent
{
    public required DateTimeOffset Instant { get; init; }
    public required string Event { get; init; }
    public VectorEventSettings? Settings { get; init; }
}

/// <summary>The settings of the service that an event changed.</summary>
public sealed record VectorEventSettings
{
    public TimeSpan? ReplayWindow { get; init; }
    public TimeSpan? MaxClockSkew { get; init; }
}

[JsonConverter(typeof(KebabCaseEnumConverter<VectorDirection>))]
public enum VectorDirection
{
    ClientToService,
    ServiceToClient,
}

[JsonConverter(typeof(KebabCaseEnumConverter<VectorMessageKind>))]
public enum VectorMessageKind
{
    IssueRequest,
    IssueResponse,
    RenewRequest,
    RenewResponse,
    CancelRequest,
    CancelResponse,
    ApplicationRequest,
    ApplicationResponse,
    ApplicationFault,
    OneWay,
    SecurityFault,
    ReliableMessaging,
    /// <summary>An unsecured request.</summary>
    Plain,
}

[JsonConverter(typeof(CamelCaseEnumConverter<VectorParty>))]
public enum VectorParty
{
    Service,
    Client,
}
