using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>The kinds of endpoints that each host has.</summary>
internal static class SoakEndpoints
{
    /// <summary>Sessions in the memory of the host.</summary>
    public const string Session = "session";

    /// <summary>Each message on its own, under the certificates.</summary>
    public const string Single = "single";

    /// <summary>Sessions that both hosts share, as behind a load balancer.</summary>
    public const string Shared = "shared";

    public static readonly string[] All = [Session, Single, Shared];

    // Short, so that what is remembered for them stops growing soon after the start.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <summary>Time after which a session that nobody uses ends.</summary>
    public static readonly TimeSpan Inactivity = TimeSpan.FromSeconds(20);

    /// <summary>The certificate of the hosts has their common name; clients call them by address.</summary>
    public static ClientCredentials ClientCredentials { get; } = new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
        ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
    };

    public static SecurityBindingElement Binding(string kind)
    {
        var bootstrap = Adjust(SecurityBindingElement.CreateMutualCertificateBindingElement());
        return kind == Single ? bootstrap : Adjust(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap));
    }

    private static SecurityBindingElement Adjust(SecurityBindingElement element) => element with
    {
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        LocalServiceSettings = element.LocalServiceSettings with { ReplayWindow = Window, MaxClockSkew = Skew, InactivityTimeout = Inactivity },
        LocalClientSettings = element.LocalClientSettings with { ReplayWindow = Window, MaxClockSkew = Skew },
    };
}
