using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Configuration;

namespace SecureConversation.Http.Internal;

/// <summary>Settings of a section of a configuration in the options of a client.</summary>
internal static class SettingsOfClients
{
    // Hosts say it there (HostDefaults.ContentRootKey); the package knows no host.
    private const string ContentRoot = "contentRoot";

    /// <summary>Sets what the section says, and leaves the rest.</summary>
    public static void Apply(MessageSecurityClientSettings settings, SecureConversationHttpOptions options)
    {
        options.Binding = settings.Binding ?? options.Binding;
        options.MessageSecurity = settings.MessageSecurity ?? options.MessageSecurity;
        options.ReliableSession = settings.ReliableSession ?? options.ReliableSession;
        options.MessageVersion = settings.MessageVersion ?? options.MessageVersion;
        options.MessageEncoding = settings.MessageEncoding ?? options.MessageEncoding;
        options.ProtectionRequirements = settings.ProtectionRequirements ?? options.ProtectionRequirements;
        options.Credentials = settings.Credentials ?? options.Credentials;
        options.MessageLogging = settings.MessageLogging ?? options.MessageLogging;
        options.AllowUnprotectedRequests = settings.AllowUnprotectedRequests ?? options.AllowUnprotectedRequests;
        options.MaxResponseBytes = settings.MaxResponseBytes ?? options.MaxResponseBytes;
        options.MaxAttributesPerElement = settings.MaxAttributesPerElement ?? options.MaxAttributesPerElement;
        options.MaxNamespaceDeclarations = settings.MaxNamespaceDeclarations ?? options.MaxNamespaceDeclarations;
        options.HandOutUnsignedHeaders = settings.HandOutUnsignedHeaders ?? options.HandOutUnsignedHeaders;
        options.HandOutCanonicalForm = settings.HandOutCanonicalForm ?? options.HandOutCanonicalForm;
        options.OpenTimeout = settings.OpenTimeout ?? options.OpenTimeout;
        options.CloseTimeout = settings.CloseTimeout ?? options.CloseTimeout;
    }

    /// <summary>Reads a section when the options are made, and again when it changes.</summary>
    public static SettingsSource<SecureConversationHttpOptions, MessageSecurityClientSettings> CreateSource(
        IServiceProvider services, string name, IConfiguration section)
    {
        var root = services.GetService<IConfiguration>()?[ContentRoot];
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger("SecureConversation.Http") ?? NullLogger.Instance;
        return new(name, section, () => MessageSecurityClientSettings.Read(section, root), settings => settings.CertificateFiles,
            services.GetService<TimeProvider>() ?? TimeProvider.System, e => HttpLog.SettingsNotTaken(logger, e.Message, e));
    }
}
