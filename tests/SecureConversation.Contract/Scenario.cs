using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

public enum Bootstrap
{
    MutualCertificate,
    MutualCertificate10,
    MutualCertificateDuplex,
    Anonymous,
    UserName,
    SslNegotiation,
    UserNameForSsl,
    SslNegotiationWithCertificate,
}

/// <summary>The bindings of WCF that switch message security on by a few properties.</summary>
public enum DropIn
{
    WSHttp,
    WS2007Http,
    BasicHttp,
}

/// <summary>
/// What service and client are set up with, in words that belong to no stack. Each side translates it into the words of its own; names of
/// enumerations, suites and versions are the same everywhere.
/// </summary>
public sealed record Scenario
{
    public Bootstrap Bootstrap { get; init; } = Bootstrap.MutualCertificate;

    public bool InSession { get; init; } = true;

    /// <summary>Whether client and service negotiate the certificate of the service.</summary>
    public bool IsNegotiated => Bootstrap is Bootstrap.SslNegotiation or Bootstrap.UserNameForSsl or Bootstrap.SslNegotiationWithCertificate;

    /// <summary>Whether the service keeps what was negotiated. If not, its state travels in a cookie.</summary>
    public bool KeepsNegotiated { get; init; } = true;

    /// <summary>The exchanges before the first message, or the handshake, of a client.</summary>
    public int Legs => IsNegotiated ? 2 : 0;

    /// <summary>The switches of this binding; null for nested binding elements.</summary>
    public DropIn? DropIn { get; init; }

    public string AlgorithmSuite { get; init; } = SecurityAlgorithmSuite.Default.Name;

    public string MessageVersion { get; init; } = Binding.MessageVersion.Default.Name;

    /// <summary>How the sides that know encodings write envelopes.</summary>
    public MessageEncoding Encoding { get; init; }

    /// <summary>The version of the reliable session within the session; null for none.</summary>
    public ReliableMessagingVersion? ReliableSession { get; init; }

    /// <summary>WS-Trust 1.3 and WS-SecureConversation 1.3 in place of those of February 2005.</summary>
    public bool Is13 { get; init; }

    public SecurityHeaderLayout Layout { get; init; } = SecurityHeaderLayout.Strict;

    public MessageProtectionOrder Order { get; init; } = MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature;

    public SecurityKeyEntropyMode Entropy { get; init; } = SecurityKeyEntropyMode.CombinedEntropy;

    /// <summary>False to switch derived keys off; where each side signs with its own key there are none.</summary>
    public bool DerivesKeys { get; init; } = true;

    /// <summary>True to derive keys also where that is not the default: those that encrypt, where each side signs with its own key.</summary>
    public bool AlwaysDerivesKeys { get; init; }

    /// <summary>The name of the MessageSecurityVersion of the session's element; null for that of its bootstrap.</summary>
    public string? SessionVersion { get; init; }

    /// <summary>Without timestamps there is no detection of replays either.</summary>
    public bool HasTimestamp { get; init; } = true;

    /// <summary>Whether replies of the application are sent, and taken, without security.</summary>
    public bool HasUnsecuredReplies { get; init; }

    /// <summary>Bodies are streamed where the stack can.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>How long the service keeps an idle session.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the key of a session is good; null for the hours of WCF.</summary>
    public TimeSpan? KeyLife { get; init; }

    /// <summary>The port of the service; 0 for a free one.</summary>
    public int Port { get; init; }

    public X509Certificate2 ClientCertificate { get; init; } = TestCertificates.Client;

    public string Password { get; init; } = "secret";

    /// <summary>What the client believes to be the certificate of the service.</summary>
    public X509Certificate2 ExpectedService { get; init; } = TestCertificates.Service;

    public string Trust => Is13
        ? "WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10"
        : "WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10";

    /// <summary>The name of the MessageSecurityVersion.</summary>
    public string SecurityVersion => (Bootstrap is Bootstrap.MutualCertificate10 or Bootstrap.MutualCertificateDuplex ? "WSSecurity10" : "WSSecurity11") + Trust;

    /// <summary>What the service must know of the client: part of its name, or empty for an anonymous one.</summary>
    public string User => Bootstrap switch
    {
        Bootstrap.Anonymous or Bootstrap.SslNegotiation => "",
        Bootstrap.UserName or Bootstrap.UserNameForSsl => Contract.UserName,
        _ => "Test client",
    };

    public MessageCredentialType CredentialType => Bootstrap switch
    {
        Bootstrap.MutualCertificate or Bootstrap.MutualCertificate10 or Bootstrap.SslNegotiationWithCertificate => MessageCredentialType.Certificate,
        Bootstrap.UserName or Bootstrap.UserNameForSsl => MessageCredentialType.UserName,
        Bootstrap.Anonymous or Bootstrap.SslNegotiation => MessageCredentialType.None,
        _ => throw new InvalidOperationException($"No drop-in binding makes {Bootstrap}."),
    };
}
