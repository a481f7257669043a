using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation.Configuration;

/// <summary>
/// The settings of a client as a section of a configuration says them, such as appsettings.json. What the section does not say is null.
/// Names, units and ranges are those of SecureConversationHttpOptions of SecureConversation.Http.
/// </summary>
public sealed record MessageSecurityClientSettings
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

    /// <summary>Who the client is and which service it expects; certificates are read from their files and stores.</summary>
    public ClientCredentials? Credentials { get; init; }

    /// <summary>Whether requests without content pass as they are.</summary>
    public bool? AllowUnprotectedRequests { get; init; }

    /// <summary>Largest entity body of a response in bytes.</summary>
    public int? MaxResponseBytes { get; init; }

    /// <summary>Maximum number of attributes of an element.</summary>
    public int? MaxAttributesPerElement { get; init; }

    /// <summary>Maximum number of namespace declarations in scope of an element.</summary>
    public int? MaxNamespaceDeclarations { get; init; }

    /// <summary>Whether header blocks that no signature covers are handed out.</summary>
    public bool? HandOutUnsignedHeaders { get; init; }

    /// <summary>Whether the application gets exactly what was digested.</summary>
    public bool? HandOutCanonicalForm { get; init; }

    /// <summary>Longest time for the handshake of a session.</summary>
    public TimeSpan? OpenTimeout { get; init; }

    /// <summary>Longest time for telling the service that a session is over.</summary>
    public TimeSpan? CloseTimeout { get; init; }

    /// <summary>What the message log is given.</summary>
    public MessageLoggingOptions? MessageLogging { get; init; }

    /// <inheritdoc cref="MessageSecurityServiceSettings.CertificateFiles"/>
    public IReadOnlyCollection<string> CertificateFiles { get; init; } = [];

    /// <inheritdoc cref="MessageSecurityServiceSettings.Read"/>
    public static MessageSecurityClientSettings Read(IConfiguration section, string? basePath = null)
    {
        var (settings, files) = SectionReader.Read(SettingsForms.Client, section, basePath);
        return settings.Value with { Credentials = settings.Credentials?.Create(), CertificateFiles = files };
    }
}
