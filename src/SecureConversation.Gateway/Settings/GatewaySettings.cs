using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Gateway.Settings;

/// <summary>The section Gateway of the configuration.</summary>
internal sealed record GatewaySettings
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>What was read, as it was then.</summary>
    public IConfigurationSection Source { get; init; } = null!;

    public ListenerSettings Listeners { get; init; } = new();

    public ImmutableSortedDictionary<string, OutwardSettings> Outward { get; init; } =
        ImmutableSortedDictionary<string, OutwardSettings>.Empty;

    public ImmutableSortedDictionary<string, InwardSettings> Inward { get; init; } =
        ImmutableSortedDictionary<string, InwardSettings>.Empty;

    public IdentitySettings Identity { get; init; } = new();

    public LimitSettings Limits { get; init; } = new();

    public RedisSettings? Redis { get; init; }

    public KeyRingSettings? KeyRing { get; init; }

    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>How long the gateway says that it is not ready before it stops, so that load balancers notice.</summary>
    public TimeSpan ShutdownDelay { get; init; }
}

/// <summary>Where the gateway listens. The two sides never share a listener: the inner one lends the identity of the gateway.</summary>
internal sealed record ListenerSettings
{
    public const string InnerName = "Inner";
    public const string OuterName = "Outer";

    /// <summary>Where plain clients connect when nothing else is said.</summary>
    public const int DefaultInnerPort = 5080;

    /// <summary>Endpoints of Kestrel.</summary>
    public IConfigurationSection? Inner { get; init; }

    public IConfigurationSection? Outer { get; init; }

    /// <summary>Whether the inner listener may be reached from the network.</summary>
    public bool AllowInnerFromNetwork { get; init; }
}

/// <summary>What routes of both directions say.</summary>
internal abstract record RouteSettings
{
    public string Path { get; init; } = "";

    /// <summary>Where messages are forwarded to.</summary>
    public Uri? Address { get; init; }

    /// <summary>The section with the message security.</summary>
    public IConfigurationSection? Security { get; init; }

    /// <summary>The address of the gateway in descriptions; null for the URL of the request.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>Where the description is read; null for the address with ?wsdl.</summary>
    public Uri? Wsdl { get; init; }

    /// <summary>Whether GET ?wsdl is answered.</summary>
    public bool ServesWsdl { get; init; } = true;

    /// <summary>How long a call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Headers of HTTP that pass beside those that SOAP needs.</summary>
    public ImmutableArray<string> RequestHeaders { get; init; } = [];

    public ImmutableArray<string> ResponseHeaders { get; init; } = [];
}

/// <summary>Plain clients inside, a secured service outside.</summary>
internal sealed record OutwardSettings : RouteSettings
{
    public OutwardCredentials Credentials { get; init; }

    /// <summary>Users with sessions of their own, at most.</summary>
    public int MaxUsers { get; init; } = 1000;

    public TimeSpan UserIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Largest plain request in bytes.</summary>
    public int MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Actions that have no reply.</summary>
    public ImmutableArray<string> OneWayActions { get; init; } = [];

    /// <summary>Actions that may be executed twice; one star for all.</summary>
    public ImmutableArray<string> IdempotentActions { get; init; } = [];
}

/// <summary>Whose credentials an outward message has.</summary>
internal enum OutwardCredentials
{
    /// <summary>Those of the section Security.</summary>
    Gateway,
    /// <summary>The user name and password of HTTP Basic, which the inner client sends.</summary>
    FromBasic,
}

/// <summary>Secured clients outside, a plain service inside.</summary>
internal sealed record InwardSettings : RouteSettings
{
    /// <summary>Whether the headers of WS-Addressing are left to the plain service.</summary>
    public bool KeepAddressing { get; init; }

    public IdentityForm Identity { get; init; } = IdentityForm.Jwt;

    /// <summary>The audience of the token; null for the address.</summary>
    public string? Audience { get; init; }

    /// <summary>The header with the identifier of the session; null for none.</summary>
    public string? SessionHeader { get; init; }

    /// <summary>Clients that show a user name.</summary>
    public ImmutableArray<UserSettings> Users { get; init; } = [];

    /// <summary>The action of a reply that has none, by that of the request.</summary>
    public ImmutableArray<ReplyActionSettings> ReplyActions { get; init; } = [];
}

/// <summary>How the plain service learns who the client is.</summary>
internal enum IdentityForm
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>A JSON Web Token (RFC 7519) that the gateway signs.</summary>
    Jwt,
    /// <summary>The certificate of the client in the header Client-Cert (RFC 9440).</summary>
    ClientCert,
}

/// <summary>A client that is known by name and password.</summary>
internal sealed record UserSettings
{
    public string Name { get; init; } = "";

    public string? Password { get; init; }

    public ImmutableArray<string> Roles { get; init; } = [];
}

/// <summary>The action of the reply to a request.</summary>
internal sealed record ReplyActionSettings
{
    public string Action { get; init; } = "";

    public string ReplyAction { get; init; } = "";
}

/// <summary>How the token of the client is made.</summary>
internal sealed record IdentitySettings
{
    public const string DefaultHeader = "Authorization";

    /// <summary>The header; in Authorization the token is a bearer token (RFC 6750), elsewhere it stands alone.</summary>
    public string Header { get; init; } = DefaultHeader;

    public string Issuer { get; init; } = "secureconversation-gateway";

    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The key of ES256 or PS256.</summary>
    public X509Certificate2? SigningCertificate { get; init; }

    /// <summary>The key of HS256 in base64.</summary>
    public string? SharedSecret { get; init; }
}

/// <summary>Limits of the process.</summary>
internal sealed record LimitSettings
{
    public int MaxConcurrentRequests { get; init; } = 1000;

    public int MaxConcurrentConnections { get; init; } = 10_000;
}

/// <summary>Sessions and the memory of replays that several gateways share.</summary>
internal sealed record RedisSettings
{
    public string Configuration { get; init; } = "";

    public string? KeyPrefix { get; init; }
}

/// <summary>The keys that protect cookies and what lies in Redis.</summary>
internal sealed record KeyRingSettings
{
    public string Path { get; init; } = "";

    public string ApplicationName { get; init; } = "secureconversation-gateway";

    /// <summary>Protects the keys of the ring on the disk.</summary>
    public X509Certificate2? Certificate { get; init; }
}

/// <summary>Where metrics and traces go.</summary>
internal sealed record TelemetrySettings
{
    public Uri? OtlpEndpoint { get; init; }

    public string ServiceName { get; init; } = "secureconversation-gateway";
}
