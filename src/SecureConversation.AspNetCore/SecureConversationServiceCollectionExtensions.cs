using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up the message security of SOAP endpoints.</summary>
public static class SecureConversationServiceCollectionExtensions
{
    /// <summary>Sets up the message security of the endpoints that name none.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">The binding and the credentials at least.</param>
    /// <returns>For options that depend on other services: <c>.Configure&lt;IUserStore&gt;((options, store) => ...)</c>.</returns>
    public static OptionsBuilder<SecureConversationServiceOptions> AddSecureConversation(
        this IServiceCollection services, Action<SecureConversationServiceOptions>? configure = null) =>
        services.AddSecureConversation(Options.Options.DefaultName, configure);

    /// <summary>
    /// Sets up message security under a name, for applications with several bindings. The engine's service is among the keyed
    /// services under that name, and disposed of with the host: all sessions end and their keys are zeroed.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="name">What endpoints refer to it by.</param>
    /// <param name="configure">The binding and the credentials at least.</param>
    /// <returns>For options that depend on other services: <c>.Configure&lt;IUserStore&gt;((options, store) => ...)</c>.</returns>
    public static OptionsBuilder<SecureConversationServiceOptions> AddSecureConversation(
        this IServiceCollection services, string name, Action<SecureConversationServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new RequestMemory(RequestMemory.Default, provider.GetRequiredService<TimeProvider>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SecureConversationServiceOptions>, OptionsValidation>());
        if (services.All(service => service.ServiceType != typeof(SecuredPaths)))
        {
            RefusalResultHandler.Register(services);
        }

        VerifiedAuthentication.Register(services);
        services.TryAddSingleton<SecuredPaths>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IStartupFilter, SecuredPaths>(provider => provider.GetRequiredService<SecuredPaths>()));
        services.TryAddKeyedSingleton<MessageSecurityService>(name, (provider, _) => ServiceFactory.CreateService(provider, name));
        services.TryAddKeyedSingleton<SecureEndpoint>(name, (provider, _) => ServiceFactory.CreateEndpoint(provider, name));
        var options = services.AddOptions<SecureConversationServiceOptions>(name).ValidateOnStart();
        return configure is null ? options : options.Configure(configure);
    }
}
