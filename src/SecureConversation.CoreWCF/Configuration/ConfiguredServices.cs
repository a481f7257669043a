using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Configuration;
using SecureConversation.CoreWCF.Internal;

namespace SecureConversation.CoreWCF;

/// <summary>CoreWCF services out of a configuration file of .NET Framework.</summary>
public static class ConfiguredServices
{
    /// <summary>
    /// The binding of CoreWCF. WSHttpBinding and WS2007HttpBinding are those of this library; other message security is a
    /// <see cref="CustomBinding"/> with a <see cref="MessageSecurityBindingElement"/>; what CoreWCF offers itself is its own binding.
    /// </summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// The binding has problems, or neither CoreWCF nor this library offers a setting: file, line, why, and what to do.
    /// </exception>
    public static global::CoreWCF.Channels.Binding ToBinding(this ConfiguredBinding binding) => ConfiguredBindings.Create(binding);

    /// <summary>What the services of a file need: CoreWCF, and its metadata where a behavior serves them.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configuration">The file.</param>
    public static IServiceCollection AddServiceModelConfiguration(this IServiceCollection services, ServiceModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddServiceModelServices();
        if (configuration.Services.Any(service => service.Behavior.Metadata is not null))
        {
            services.AddServiceModelMetadata();
        }

        return services.AddSingleton(configuration);
    }

    /// <summary>
    /// Adds the services of a file with their endpoints, bindings, credentials and behaviors. Their types are found by name among the
    /// assemblies of the application, contracts among the interfaces of their service, by full name or ConfigurationName.
    /// </summary>
    /// <param name="builder">The builder of CoreWCF.</param>
    /// <param name="app">The application; its services make the types that the file names.</param>
    /// <param name="configuration">The file.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// A service has problems, a type is not found, or something is not offered: file, line, why, and what to do.
    /// </exception>
    public static IServiceBuilder AddConfiguredServices(
        this IServiceBuilder builder, IApplicationBuilder app, ServiceModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configuration);
        var paths = HostedPaths.Of(configuration.Path);
        // CoreWCF gives a request to the first endpoint whose path is that of the request or above it.
        foreach (var service in configuration.Services.OrderByDescending(service => HostedPaths.ShortestOf(service, paths)))
        {
            ConfiguredHost.Add(builder, app.ApplicationServices, service, configuration, paths);
        }

        return builder;
    }
}
