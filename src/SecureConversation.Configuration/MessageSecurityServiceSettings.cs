using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation.Configuration;

/// <summary>
/// The settings of a service as a section of a configuration says them, such as appsettings.json. What the section does not say is null.
/// Names, units and ranges are those of SecureConversationServiceOptions of SecureConversation.AspNetCore.
/// </summary>
public sealed record MessageSecurityServiceSettings
{
    /// <summary>The security in full.</summary>
    public SecurityBindingElement? Binding { get; init; }

    /// <summary>The security in the few words of WSHttpBinding.</summary>
    public MessageSecurity? MessageSecurity { get; init; }

    /// <summary>The versions of SOAP and WS-Addressing.</summary>
    public MessageVersion? MessageVersion { get; init; }

    /// <summary>How envelopes are written on the wire.</summary>
    public MessageEncoding? MessageEncoding { get; init; }

    /// <summary>The reliable sessions within the sessions.</summary>
    public ReliableSessionBindingElement? ReliableSession { get; init; }

    /// <summary>What is signed and encrypted.</summary>
    public ChannelProtectionRequirements? ProtectionRequirements { get; init; }

    /// <summary>The certificates of the service, read from their files and stores, and how clients are validated.</summary>
    public ServiceCredentials? Credentials { get; init; }

    /// <summary>The address of the endpoint as clients write it into a:To.</summary>
    public Uri? Address { get; init; }

    /// <summary>How the a:To of a request is compared with the address of the endpoint.</summary>
    public AddressFilter? AddressFilter { get; init; }

    /// <summary>Whether a message that did not come over TLS is refused.</summary>
    public bool? RequireSecureTransport { get; init; }

    /// <summary>Whether requests for metadata pass.</summary>
    public bool? HttpGetEnabled { get; init; }

    /// <summary>Largest request in bytes.</summary>
    public int? MaxRequestBytes { get; init; }

    /// <summary>Bytes that are held at a time of requests and replies.</summary>
    public long? MaxBufferedRequestBytes { get; init; }

    /// <summary>How long the body of a request may take to arrive.</summary>
    public TimeSpan? RequestBodyTimeout { get; init; }

    /// <summary>How long a reply may take to be sent.</summary>
    public TimeSpan? ReplySendTimeout { get; init; }

    /// <summary>Largest plain reply in bytes.</summary>
    public int? MaxReplyBytes { get; init; }

    /// <summary>Maximum number of attributes of an element.</summary>
    public int? MaxAttributesPerElement { get; init; }

    /// <summary>Maximum number of namespace declarations in scope of an element.</summary>
    public int? MaxNamespaceDeclarations { get; init; }

    /// <summary>Whether header blocks that no signature covers are handed out.</summary>
    public bool? HandOutUnsignedHeaders { get; init; }

    /// <summary>Whether the application gets exactly what was digested.</summary>
    public bool? HandOutCanonicalForm { get; init; }

    /// <summary>When requests that are refused for their content are answered.</summary>
    public FailureAnswerOptions? FailureAnswers { get; init; }

    /// <summary>How long a used session may be idle.</summary>
    public TimeSpan? SessionIdleTimeout { get; init; }

    /// <summary>How many sessions the process holds at most.</summary>
    public int? MaxSessions { get; init; }

    /// <summary>Size of the replies of reliable sessions that are kept until they are acknowledged, in bytes.</summary>
    public long? MaxKeptReplyBytes { get; init; }

    /// <summary>The name of the endpoint among all that use the same session store or keys for cookies.</summary>
    public string? EndpointName { get; init; }

    /// <summary>What the message log is given.</summary>
    public MessageLoggingOptions? MessageLogging { get; init; }

    /// <summary>
    /// Full paths of the files that certificates and keys were read from. Whoever wants to know of new certificates watches them, and reads
    /// the section again.
    /// </summary>
    public IReadOnlyCollection<string> CertificateFiles { get; init; } = [];

    /// <summary>Reads a section. Keys are compared regardless of case; numbers and times have the invariant culture.</summary>
    /// <param name="section">The section, or a whole configuration.</param>
    /// <param name="basePath">Where relative paths of certificates begin; null for the current directory.</param>
    /// <exception cref="SettingsException">
    /// A key is not known, a value cannot be used, or a certificate cannot be read; it names all of them.
    /// </exception>
    public static MessageSecurityServiceSettings Read(IConfiguration section, string? basePath = null)
    {
        var (settings, files) = SectionReader.Read(SettingsForms.Service, section, basePath);
        return settings.Value with { Credentials = settings.Credentials?.Create(), CertificateFiles = files };
    }
}
