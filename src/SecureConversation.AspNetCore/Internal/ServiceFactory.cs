using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Turns options that were validated into the engine's service.</summary>
internal static class ServiceFactory
{
    /// <exception cref="ArgumentException">The settings contradict each other.</exception>
    /// <exception cref="InvalidOperationException">
    /// Binding and MessageSecurity are both set, or neither is, or a setting is not offered.
    /// </exception>
    public static MessageSecurityBinding CreateBinding(SecureConversationServiceOptions options) =>
        MessageSecurityBinding.Resolve(options.Binding, options.MessageSecurity, options.MessageVersion, options.ProtectionRequirements,
            options.ReliableSession);

    /// <summary>The credentials, with the authenticators of the application.</summary>
    /// <exception cref="InvalidOperationException">The credentials have others.</exception>
    public static ServiceCredentials CredentialsOf(SecureConversationServiceOptions options)
    {
        var credentials = options.Credentials!;
        if ((options.UserNameAuthenticator is not null
                && (credentials.UserNameAuthenticator is not null || credentials.UserNamePasswordValidator is not null))
            || (options.CertificateAuthenticator is not null && credentials.CertificateAuthenticator is not null)
            || (options.IssuedTokenAuthenticator is not null && credentials.IssuedTokenAuthenticator is not null)
            || (options.WindowsAuthenticator is not null && credentials.WindowsAuthenticator is not null))
        {
            throw new InvalidOperationException("AuthenticateUserNames, AuthenticateCertificates, AuthenticateIssuedTokens or "
                + "AuthenticateWindowsAccounts is called, and Credentials has a validator or authenticator as well: leave one of them.");
        }

        return new ServiceCredentials
        {
            ServiceCertificate = credentials.ServiceCertificate,
            ServiceEncryptionCertificate = credentials.ServiceEncryptionCertificate,
            OtherServiceCertificates = credentials.OtherServiceCertificates,
            KnownClientCertificates = credentials.KnownClientCertificates,
            ClientCertificateValidation = credentials.ClientCertificateValidation,
            UserNamePasswordValidator = AuthenticationFaults.Of(credentials.UserNamePasswordValidator),
            UserNameAuthenticator = AuthenticationFaults.Of(options.UserNameAuthenticator ?? credentials.UserNameAuthenticator),
            UserNamePasswordProvider = credentials.UserNamePasswordProvider,
            CertificateAuthenticator = AuthenticationFaults.Of(options.CertificateAuthenticator ?? credentials.CertificateAuthenticator),
            WindowsAuthentication = credentials.WindowsAuthentication,
            WindowsAuthenticator = AuthenticationFaults.Of(options.WindowsAuthenticator ?? credentials.WindowsAuthenticator),
            IssuedTokenAuthentication = credentials.IssuedTokenAuthentication,
            IssuedTokenAuthenticator = AuthenticationFaults.Of(options.IssuedTokenAuthenticator ?? credentials.IssuedTokenAuthenticator),
        };
    }

    public static MessageSecurityService CreateService(IServiceProvider services, string name)
    {
        var options = Options(services, name);
        var binding = CreateBinding(options);
        var service = new MessageSecurityService(binding, CredentialsOf(options), new MessageSecurityServiceOptions
        {
            TimeProvider = services.GetRequiredService<TimeProvider>(),
            LoggerFactory = services.GetService<ILoggerFactory>(),
            MaxEnvelopeBytes = MaxEnvelopeBytes(options),
            MaxAttributesPerElement = options.MaxAttributesPerElement,
            MaxNamespaceDeclarations = options.MaxNamespaceDeclarations,
            Address = options.Address,
            AddressFilter = options.AddressFilter,
            RequireSecureTransport = options.RequireSecureTransport,
            HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
            HandOutCanonicalForm = options.HandOutCanonicalForm,
            FailureAnswers = options.FailureAnswers,
            SessionIdleTimeout = options.SessionIdleTimeout,
            MaxSessions = options.MaxSessions,
            MaxKeptReplyBytes = options.MaxKeptReplyBytes,
            ReplayCache = options.ReplayCache ?? services.GetService<IReplayCache>(),
            EndpointName = NameOf(services, options, name),
            SessionStore = options.SessionStore ?? (KeepsSessions(binding) ? services.GetService<ISecuritySessionStore>() : null),
            SecurityStateEncoder = EncoderOf(services, options, binding, name),
            SessionClosed = options.SessionClosed,
            MessageLog = options.MessageLog ?? services.GetService<IMessageLog>(),
            MessageLogging = options.MessageLogging,
        });

        var logger = services.GetService<ILoggerFactory>()?.CreateLogger("SecureConversation.AspNetCore") ?? NullLogger.Instance;
        ChangingOptions.Follow(services.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>(), name, options,
            changed => service.UpdateCredentialsAsync(CredentialsOf(changed)), e => AspNetCoreLog.CredentialsNotTaken(logger, e));

        // Requests under way are ended by the server, and sessions with the container.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(service.Stop);
        return service;
    }

    /// <summary>What protects the cookies of the binding; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">There is nothing that could.</exception>
    public static ISecurityStateEncoder? EncoderOf(
        IServiceProvider services, SecureConversationServiceOptions options, MessageSecurityBinding binding, string name)
    {
        if (!binding.UsesCookies)
        {
            return null;
        }

        if ((options.SecurityStateEncoder ?? services.GetService<ISecurityStateEncoder>()) is { } encoder)
        {
            return encoder;
        }

        var provider = services.GetService<IDataProtectionProvider>() ?? throw new InvalidOperationException("RequireCancellation = false "
            + "puts the state of a session into a cookie, and nothing protects it: call services.AddDataProtection(), with a key ring that "
            + "all instances of the service share, or set SecurityStateEncoder.");
        return new DataProtectionSecurityStateEncoder(provider.CreateProtector("SecureConversation", NameOf(services, options, name)));
    }

    public static SecureEndpoint CreateEndpoint(IServiceProvider services, string name)
    {
        var options = Options(services, name);
        var clock = services.GetRequiredService<TimeProvider>();
        return new SecureEndpoint(services.GetRequiredKeyedService<MessageSecurityService>(name), options,
            options.MaxBufferedRequestBytes is { } own ? new RequestMemory(own, clock) : services.GetRequiredService<RequestMemory>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("SecureConversation.AspNetCore"), clock,
            services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
    }

    /// <summary>The endpoint registered under a name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static SecureEndpoint FindEndpoint(IServiceProvider services, string? name) =>
        services.GetKeyedService<SecureEndpoint>(name ?? Microsoft.Extensions.Options.Options.DefaultName)
        ?? throw new InvalidOperationException(name is null
            ? "Message security is not set up: call services.AddSecureConversation(options => ...)."
            : $"No message security is set up under the name '{name}': call services.AddSecureConversation(\"{name}\", options => ...).");

    /// <summary>Whether a store could have its sessions: not those in cookies, and not those with sequences in this process.</summary>
    private static bool KeepsSessions(MessageSecurityBinding binding) =>
        binding.SecureConversation is not { RequireCancellation: false } && binding.ReliableSession is null;

    private static string NameOf(IServiceProvider services, SecureConversationServiceOptions options, string name) =>
        options.EndpointName ?? $"{services.GetService<IHostEnvironment>()?.ApplicationName}/{name}";

    // The endpoint holds the limits on entities. The limit of the engine must leave room for what becomes of one: another encoding (half
    // as much again), or ciphertext in base64 around it.
    private static int MaxEnvelopeBytes(SecureConversationServiceOptions options) =>
        (int)Math.Min(int.MaxValue, (2L * Math.Max(options.MaxRequestBytes, options.MaxReplyBytes)) + (64 * 1024));

    private static SecureConversationServiceOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>().Get(name);
}
