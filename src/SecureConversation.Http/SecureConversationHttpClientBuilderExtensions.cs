using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation.Configuration;
using SecureConversation.Http;
using SecureConversation.Http.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers message security for clients of IHttpClientFactory.</summary>
public static class SecureConversationHttpClientBuilderExtensions
{
    /// <summary>
    /// Puts a <see cref="SecureConversationHandler"/> into the client. Its sessions belong to the name of the client, not to a
    /// handler, so they outlive the rotation of handlers; a keyed singleton <see cref="SecureConversationSessions"/> of that name
    /// opens and closes them by hand. Handlers added later see protected messages and handshakes; those added before see plain ones.
    /// The primary handler of the factory keeps no cookies and follows no redirects, because it would do both for replies that are not
    /// verified; one of your own, of ConfigurePrimaryHttpMessageHandler, stays as it is: set UseCookies and AllowAutoRedirect to false.
    /// </summary>
    /// <remarks>
    /// Add what retries (AddStandardResilienceHandler, Polly) before this: each attempt is then protected anew, where one behind would send
    /// the same message again, which throws <see cref="InvalidOperationException"/>. Handlers that choose the address (service discovery)
    /// belong before this as well, and those that give all requests a header (an API key) behind it. Wherever they stand, faults of the
    /// application are answers and not retried: the handlers of the client see them with status 200, the caller with 500.
    /// </remarks>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets binding and credentials; checked when the host starts.</param>
    public static IHttpClientBuilder AddSecureConversation(this IHttpClientBuilder builder, Action<SecureConversationHttpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddSecureConversation((_, options) => configure(options));
    }

    /// <inheritdoc cref="AddSecureConversation(IHttpClientBuilder, Action{SecureConversationHttpOptions})"/>
    public static IHttpClientBuilder AddSecureConversation(
        this IHttpClientBuilder builder, Action<IServiceProvider, SecureConversationHttpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var name = builder.Name;
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SecureConversationHttpOptions>, HttpOptionsValidator>());
        builder.Services.AddOptions<SecureConversationHttpOptions>(name)
            .Configure<IServiceProvider>((options, services) =>
            {
                options.LoggerFactory = services.GetService<ILoggerFactory>();
                configure(services, options);
            })
            .ValidateOnStart();
        builder.Services.PostConfigure<HttpClientFactoryOptions>(
            name, options => options.HttpMessageHandlerBuilderActions.Add(built => PipelineEnds.Put(built.AdditionalHandlers)));
        builder.Services.AddKeyedSingleton(name, (services, _) => CreateSessions(services, name));
        // First of all, so that whatever the application does to the primary handler comes later and stays.
        builder.Services.Configure<HttpClientFactoryOptions>(
            name, options => options.HttpMessageHandlerBuilderActions.Insert(0, handlers => DoNothingUnverified(handlers.PrimaryHandler)));
        return builder.AddHttpMessageHandler(services =>
            new SecureConversationHandler(services.GetRequiredKeyedService<SecureConversationSessions>(name)));
    }

    /// <summary>
    /// The same from a section of the configuration, such as one of appsettings.json. When the section or the file of a certificate
    /// changes, the credentials are read again; changes that cannot be used leave them and are logged (event 221).
    /// </summary>
    /// <inheritdoc cref="AddSecureConversation(IHttpClientBuilder, Action{SecureConversationHttpOptions})" path="/remarks"/>
    /// <param name="builder">The client.</param>
    /// <param name="section">
    /// The section. Keys that are not known and values that cannot be used end the start of the host with an
    /// <see cref="OptionsValidationException"/> that names all of them. Paths of certificates are relative to the content root.
    /// </param>
    /// <param name="configure">What a configuration cannot say; called after the section was read, each time.</param>
    public static IHttpClientBuilder AddSecureConversation(
        this IHttpClientBuilder builder, IConfiguration section, Action<SecureConversationHttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        var name = builder.Name;

        // Each call has a source of its own, whatever others there are under the name.
        var key = new object();
        builder.Services.AddKeyedSingleton(key, (services, _) => SettingsOfClients.CreateSource(services, name, section));
        builder.Services.AddSingleton<IOptionsChangeTokenSource<SecureConversationHttpOptions>>(Source);
        return builder.AddSecureConversation((services, options) =>
        {
            SettingsOfClients.Apply(Source(services).Current, options);
            configure?.Invoke(options);
        });

        SettingsSource<SecureConversationHttpOptions, MessageSecurityClientSettings> Source(IServiceProvider services) =>
            services.GetRequiredKeyedService<SettingsSource<SecureConversationHttpOptions, MessageSecurityClientSettings>>(key);
    }

    private static void DoNothingUnverified(HttpMessageHandler primary)
    {
        switch (primary)
        {
            case SocketsHttpHandler sockets:
                (sockets.UseCookies, sockets.AllowAutoRedirect) = (false, false);
                break;
            case HttpClientHandler client:
                (client.UseCookies, client.AllowAutoRedirect) = (false, false);
                break;
        }
    }

    private static SecureConversationSessions CreateSessions(IServiceProvider services, string name)
    {
        var monitor = services.GetRequiredService<IOptionsMonitor<SecureConversationHttpOptions>>();
        var options = monitor.Get(name);
        var endpoint = new Endpoint(name, options);
        ChangingOptions.Follow(monitor, name, options, changed => endpoint.Client.UpdateCredentials(changed.Credentials!),
            e => HttpLog.CredentialsNotTaken(endpoint.Log, e));
        var handlers = services.GetRequiredService<IHttpMessageHandlerFactory>();
        SecureConversationSessions? sessions = null;
        return sessions = new SecureConversationSessions(endpoint, Connect);

        // The session that was opened holds what this returns: the factory disposes of rotated handlers only when nobody holds them, and
        // the cancel at the end needs one when the factory can make no more.
        HttpSend Connect()
        {
            var first = handlers.CreateHandler(name);
            var own = OwnOf(first, sessions!);
            return async (request, cancellationToken) =>
            {
                var response = await own.SendAsIsAsync(request, cancellationToken).ConfigureAwait(false);
                GC.KeepAlive(first);
                return response;
            };
        }
    }

    /// <summary>
    /// Handshakes start at the handler of message security: those before it may send a request again, and a handshake is sent once.
    /// </summary>
    private static SecureConversationHandler OwnOf(HttpMessageHandler first, SecureConversationSessions sessions)
    {
        for (var handler = first; handler is DelegatingHandler { InnerHandler: { } inner }; handler = inner)
        {
            if (handler is SecureConversationHandler own && own.Sessions == sessions)
            {
                return own;
            }
        }

        throw new InvalidOperationException("The handlers of the client are not those that AddSecureConversation set up.");
    }
}
