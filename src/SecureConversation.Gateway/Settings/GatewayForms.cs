using System.Collections.Immutable;
using SecureConversation.Configuration.Json;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Gateway.Settings;

/// <summary>The table of the section Gateway.</summary>
internal static class GatewayForms
{
    public static ObjectForm<GatewaySettings> Gateway { get; } = new("Gateway", () => new(),
    [
        new Key<GatewaySettings, ListenerSettings>(nameof(GatewaySettings.Listeners), "Where the gateway listens.",
            Listeners, s => s.Listeners, (s, v) => s with { Listeners = v }),
        new Key<GatewaySettings, ImmutableSortedDictionary<string, OutwardSettings>>(nameof(GatewaySettings.Outward),
            "Routes by name: plain clients inside, secured services outside.",
            new NamedForm<OutwardSettings>(RouteForms.Outward, () => new()), s => s.Outward, (s, v) => s with { Outward = v }),
        new Key<GatewaySettings, ImmutableSortedDictionary<string, InwardSettings>>(nameof(GatewaySettings.Inward),
            "Routes by name: secured clients outside, plain services inside.",
            new NamedForm<InwardSettings>(RouteForms.Inward, () => new()), s => s.Inward, (s, v) => s with { Inward = v }),
        new Key<GatewaySettings, IdentitySettings>(nameof(GatewaySettings.Identity), "How tokens that name the client are made.",
            Identity, s => s.Identity, (s, v) => s with { Identity = v }),
        new Key<GatewaySettings, LimitSettings>(nameof(GatewaySettings.Limits), "Limits of the process.",
            Limits, s => s.Limits, (s, v) => s with { Limits = v }),
        new Key<GatewaySettings, RedisSettings>(nameof(GatewaySettings.Redis),
            "Sessions and the memory of replays that several gateways share.",
            Redis, s => s.Redis ?? new(), (s, v) => s with { Redis = v }),
        new Key<GatewaySettings, KeyRingSettings>(nameof(GatewaySettings.KeyRing),
            "The keys that protect cookies and what lies in Redis; the same for all gateways of one address.",
            KeyRing, s => s.KeyRing ?? new(), (s, v) => s with { KeyRing = v }),
        new Key<GatewaySettings, TelemetrySettings>(nameof(GatewaySettings.Telemetry), "Where metrics and traces go.",
            Telemetry, s => s.Telemetry, (s, v) => s with { Telemetry = v }),
        new Key<GatewaySettings, TimeSpan>(nameof(GatewaySettings.ShutdownDelay),
            "How long /health/ready says no before the gateway stops. At most an hour; default 00:00:00.",
            LimitedTimeForm.Hour, s => s.ShutdownDelay, (s, v) => s with { ShutdownDelay = v }),
    ]);

    private static ObjectForm<ListenerSettings> Listeners => new("Listeners", () => new(),
    [
        new Key<ListenerSettings, IConfigurationSection?>(ListenerSettings.InnerName,
            "The listener of plain clients, an endpoint of Kestrel. Default http://localhost:5080.",
            KestrelForm.Instance, s => s.Inner, (s, v) => s with { Inner = v }),
        new Key<ListenerSettings, IConfigurationSection?>(ListenerSettings.OuterName,
            "The listener of secured clients, an endpoint of Kestrel with Url and, for https, Certificate.",
            KestrelForm.Instance, s => s.Outer, (s, v) => s with { Outer = v }),
        new Key<ListenerSettings, bool>(nameof(ListenerSettings.AllowInnerFromNetwork),
            "Whether the inner listener may be reached from other machines. Whoever reaches it calls as the gateway. Default false.",
            TruthForm.Instance, s => s.AllowInnerFromNetwork, (s, v) => s with { AllowInnerFromNetwork = v }),
    ]);

    private static ObjectForm<IdentitySettings> Identity => new("Identity", () => new(),
    [
        new Key<IdentitySettings, string>(nameof(IdentitySettings.Header),
            "The header with the token. Default Authorization, as a bearer token.",
            HeaderNameForm.Instance, s => s.Header, (s, v) => s with { Header = v }),
        new Key<IdentitySettings, string>(nameof(IdentitySettings.Issuer), "The issuer of the token. Default secureconversation-gateway.",
            StringForm.Instance, s => s.Issuer, (s, v) => s with { Issuer = v }),
        new Key<IdentitySettings, TimeSpan>(nameof(IdentitySettings.Lifetime), "How long a token is valid. Default 00:01:00.",
            TimeForm.Instance, s => s.Lifetime, (s, v) => s with { Lifetime = v }),
        new Key<IdentitySettings, X509Certificate2?>(nameof(IdentitySettings.SigningCertificate),
            "The certificate whose key signs tokens: ES256 with a key on P-256, PS256 with a key of RSA.",
            KeyedCertificateForm.Instance, s => s.SigningCertificate, (s, v) => s with { SigningCertificate = v }),
        new Key<IdentitySettings, string?>(nameof(IdentitySettings.SharedSecret),
            "A secret of 32 bytes or more in base64 that signs tokens by HS256. Better from an environment variable than in a file.",
            SecretForm.Instance, s => s.SharedSecret, (s, v) => s with { SharedSecret = v }),
    ]);

    private static ObjectForm<LimitSettings> Limits => new("Limits", () => new(),
    [
        new Key<LimitSettings, int>(nameof(LimitSettings.MaxConcurrentRequests),
            "Requests at a time; others are answered with 503. Default 1000.",
            IntForm.Positive, s => s.MaxConcurrentRequests, (s, v) => s with { MaxConcurrentRequests = v }),
        new Key<LimitSettings, int>(nameof(LimitSettings.MaxConcurrentConnections), "Connections at a time. Default 10000.",
            IntForm.Positive, s => s.MaxConcurrentConnections, (s, v) => s with { MaxConcurrentConnections = v }),
    ]);

    private static ObjectForm<RedisSettings> Redis => new("Redis", () => new(),
    [
        new Key<RedisSettings, string?>(nameof(RedisSettings.Configuration),
            "The configuration of StackExchange.Redis, such as redis:6379.",
            SecretForm.Instance, s => s.Configuration, (s, v) => s with { Configuration = v ?? "" }) { IsRequired = true },
        new Key<RedisSettings, string?>(nameof(RedisSettings.KeyPrefix), "The beginning of all keys.",
            new OptionalForm<string>(StringForm.Instance), s => s.KeyPrefix, (s, v) => s with { KeyPrefix = v }),
    ])
    {
        Incomplete = s => s.Configuration.Length == 0 ? "found no Configuration, expected one such as redis:6379." : null,
    };

    private static ObjectForm<KeyRingSettings> KeyRing => new("KeyRing", () => new(),
    [
        new Key<KeyRingSettings, string>(nameof(KeyRingSettings.Path), "A directory that all gateways of one address share.",
            FolderForm.Instance, s => s.Path, (s, v) => s with { Path = v }) { IsRequired = true },
        new Key<KeyRingSettings, string>(nameof(KeyRingSettings.ApplicationName),
            "The same for all gateways of one address. Default secureconversation-gateway.",
            StringForm.Instance, s => s.ApplicationName, (s, v) => s with { ApplicationName = v }),
        new Key<KeyRingSettings, X509Certificate2?>(nameof(KeyRingSettings.Certificate), "Encrypts the keys in the directory.",
            KeyedCertificateForm.Instance, s => s.Certificate, (s, v) => s with { Certificate = v }),
    ])
    {
        Incomplete = s => s.Path.Length == 0 ? "found no Path, expected a directory that all gateways share." : null,
    };

    private static ObjectForm<TelemetrySettings> Telemetry => new("Telemetry", () => new(),
    [
        new Key<TelemetrySettings, Uri?>(nameof(TelemetrySettings.OtlpEndpoint),
            "Where OpenTelemetry sends metrics and traces (OTLP over gRPC), such as http://collector:4317. Default: nowhere.",
            new OptionalForm<Uri>(UriForm.Instance), s => s.OtlpEndpoint, (s, v) => s with { OtlpEndpoint = v }),
        new Key<TelemetrySettings, string>(nameof(TelemetrySettings.ServiceName),
            "The name of the service there. Default secureconversation-gateway.",
            StringForm.Instance, s => s.ServiceName, (s, v) => s with { ServiceName = v }),
    ]);
}
