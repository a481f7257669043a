using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Configuration;

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

    /// <summary>Sets up the message security of the endpoints that name none from a section of the configuration.</summary>
    /// <inheritdoc cref="AddSecureConversation(IServiceCollection, string, IConfiguration, Action{SecureConversationServiceOptions})"/>
    public static OptionsBuilder<SecureConversationServiceOptions> AddSecureConversation(
        this IServiceCollection services, IConfiguration section, Action<SecureConversationServiceOptions>? configure = null) =>
        services.AddSecureConversation(Options.Options.DefaultName, section, configure);

    /// <summary>
    /// Sets up message security under a name from a section of the configuration, such as one of appsettings.json. When the section or the
    /// file of a certificate changes, the credentials are read again; changes that cannot be used leave them and are logged (event 321).
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="name">What endpoints refer to it by.</param>
    /// <param name="section">
    /// The section. Keys that are not known and values that cannot be used end the start with an
    /// <see cref="OptionsValidationException"/> that names all of them. Paths of certificates are relative to the content root.
    /// </param>
    /// <param name="configure">What a configuration cannot say; called after the section was read, each time.</param>
    /// <returns>For options that depend on other services: <c>.AuthenticateUserNames&lt;T&gt;()</c>.</returns>
    public static OptionsBuilder<SecureConversationServiceOptions> AddSecureConversation(
        this IServiceCollection services, string name, IConfiguration section, Action<SecureConversationServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        var options = services.AddSecureConversation(name);

        // Each call has a source of its own, whatever others there are under the name.
        var key = new object();
        services.AddKeyedSingleton(key, (provider, _) => SettingsOfServices.CreateSource(provider, name, section));
        services.AddSingleton<IOptionsChangeTokenSource<SecureConversationServiceOptions>>(Source);
        options.Configure<IServiceProvider>((target, provider) => SettingsOfServices.Apply(Source(provider).Current, target));
        return configure is null ? options : options.Configure(configure);

        SettingsSource<SecureConversationServiceOptions, MessageSecurityServiceSettings> Source(IServiceProvider provider) =>
            provider.GetRequiredKeyedService<SettingsSource<SecureConversationServiceOptions, MessageSecurityServiceSettings>>(key);
    }
}
