using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Configuration;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Settings of a section of a configuration in the options of a service.</summary>
internal static class SettingsOfServices
{
    /// <summary>Sets what the section says, and leaves the rest.</summary>
    public static void Apply(MessageSecurityServiceSettings settings, SecureConversationServiceOptions options)
    {
        options.Binding = settings.Binding ?? options.Binding;
        options.MessageSecurity = settings.MessageSecurity ?? options.MessageSecurity;
        options.MessageVersion = settings.MessageVersion ?? options.MessageVersion;
        options.MessageEncoding = settings.MessageEncoding ?? options.MessageEncoding;
        options.ReliableSession = settings.ReliableSession ?? options.ReliableSession;
        options.ProtectionRequirements = settings.ProtectionRequirements ?? options.ProtectionRequirements;
        options.Credentials = settings.Credentials ?? options.Credentials;
        options.MessageLogging = settings.MessageLogging ?? options.MessageLogging;
        options.Address = settings.Address ?? options.Address;
        options.AddressFilter = settings.AddressFilter ?? options.AddressFilter;
        options.RequireSecureTransport = settings.RequireSecureTransport ?? options.RequireSecureTransport;
        options.MaxBufferedRequestBytes = settings.MaxBufferedRequestBytes ?? options.MaxBufferedRequestBytes;
        options.FailureAnswers = settings.FailureAnswers ?? options.FailureAnswers;
        options.EndpointName = settings.EndpointName ?? options.EndpointName;
        options.HttpGetEnabled = settings.HttpGetEnabled ?? options.HttpGetEnabled;
        options.MaxRequestBytes = settings.MaxRequestBytes ?? options.MaxRequestBytes;
        options.RequestBodyTimeout = settings.RequestBodyTimeout ?? options.RequestBodyTimeout;
        options.ReplySendTimeout = settings.ReplySendTimeout ?? options.ReplySendTimeout;
        options.MaxReplyBytes = settings.MaxReplyBytes ?? options.MaxReplyBytes;
        options.MaxAttributesPerElement = settings.MaxAttributesPerElement ?? options.MaxAttributesPerElement;
        options.MaxNamespaceDeclarations = settings.MaxNamespaceDeclarations ?? options.MaxNamespaceDeclarations;
        options.HandOutUnsignedHeaders = settings.HandOutUnsignedHeaders ?? options.HandOutUnsignedHeaders;
        options.HandOutCanonicalForm = settings.HandOutCanonicalForm ?? options.HandOutCanonicalForm;
        options.SessionIdleTimeout = settings.SessionIdleTimeout ?? options.SessionIdleTimeout;
        options.MaxSessions = settings.MaxSessions ?? options.MaxSessions;
        options.MaxKeptReplyBytes = settings.MaxKeptReplyBytes ?? options.MaxKeptReplyBytes;
    }

    /// <summary>Reads a section when the options are made, and again when it changes.</summary>
    public static SettingsSource<SecureConversationServiceOptions, MessageSecurityServiceSettings> CreateSource(
        IServiceProvider services, string name, IConfiguration section)
    {
        var root = services.GetService<IHostEnvironment>()?.ContentRootPath;
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger("SecureConversation.AspNetCore") ?? NullLogger.Instance;
        return new(name, section, () => MessageSecurityServiceSettings.Read(section, root), settings => settings.CertificateFiles,
            services.GetRequiredService<TimeProvider>(), e => AspNetCoreLog.SettingsNotTaken(logger, e.Message, e));
    }
}
