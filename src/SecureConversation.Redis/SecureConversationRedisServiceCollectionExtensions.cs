using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation;
using SecureConversation.Redis;
using SecureConversation.Redis.Internal;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives the instances of a service their sessions and their memory of replayed messages in common.</summary>
public static class SecureConversationRedisServiceCollectionExtensions
{
    /// <summary>
    /// Registers the session store and the replay cache in Redis. Endpoints of ASP.NET Core take both from the services, unless their
    /// options have others; those of CoreWCF take the replay cache only, since its channels live in one process. All instances need the
    /// same Data Protection keys, which must not lie unprotected in the same Redis: <c>services.AddDataProtection()
    /// .SetApplicationName("orders").PersistKeysToFileSystem(...)</c> with a folder that they share.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Where Redis is, unless there is an <see cref="IConnectionMultiplexer"/> among the services.</param>
    /// <returns>For options that depend on other services: <c>.Configure&lt;IConfiguration&gt;((options, settings) => ...)</c>.</returns>
    public static OptionsBuilder<SecureConversationRedisOptions> AddSecureConversationRedis(
        this IServiceCollection services, Action<SecureConversationRedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddDataProtection();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SecureConversationRedisOptions>, OptionsValidation>());
        services.TryAddSingleton(Create);
        services.TryAddSingleton<ISecuritySessionStore>(provider => provider.GetRequiredService<SecureConversationRedis>().SessionStore);
        services.TryAddSingleton<IReplayCache>(provider => provider.GetRequiredService<SecureConversationRedis>().ReplayCache);
        var options = services.AddOptions<SecureConversationRedisOptions>().ValidateOnStart();
        return configure is null ? options : options.Configure(configure);
    }

    private static SecureConversationRedis Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SecureConversationRedisOptions>>().Value;
        Func<Task<IConnectionMultiplexer>> connect = options.Configuration is { } configuration
            ? () => ConnectAsync(configuration)
            : () => Task.FromResult(services.GetRequiredService<IConnectionMultiplexer>());
        return new SecureConversationRedis(connect, isOwn: options.Configuration is not null,
            services.GetRequiredService<IDataProtectionProvider>(), options, services.GetService<ILoggerFactory>(),
            services.GetRequiredService<TimeProvider>());
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(string configuration)
    {
        // A service starts without Redis, too, and connects when it is there.
        var parsed = ConfigurationOptions.Parse(configuration);
        parsed.AbortOnConnectFail = false;
        return await ConnectionMultiplexer.ConnectAsync(parsed).ConfigureAwait(false);
    }
}
