using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Configuration;
using SecureConversation.CoreWCF.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Hosts the services of a web.config or app.config of .NET Framework, in two lines.</summary>
/// <example>
/// <code>
/// var builder = WebApplication.CreateBuilder(args);
/// builder.AddServiceModelConfiguration("Web.config");
/// var app = builder.Build();
/// app.UseServiceModelConfiguration();
/// app.Run();
/// </code>
/// </example>
public static class ServiceModelConfigurationApplicationExtensions
{
    /// <summary>
    /// Reads a file and adds what its services need. Where they have base addresses and nothing else says where to listen (ASPNETCORE_URLS,
    /// <c>--urls</c>, <c>Urls</c> or <c>Kestrel:Endpoints</c> of appsettings.json), the server listens at those, on all host names as WCF
    /// does. A service without base addresses has the path of the .svc file that names it.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="path">The file; a relative path begins at the content root.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <exception cref="ServiceModelConfigurationException">The file cannot be read.</exception>
    public static WebApplicationBuilder AddServiceModelConfiguration(
        this WebApplicationBuilder builder, string path, ServiceModelConfigurationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var configuration = ServiceModelConfiguration.Load(Path.Combine(builder.Environment.ContentRootPath, path), options);
        builder.Services.AddServiceModelConfiguration(configuration);
        var isSaid = builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey) is { Length: > 0 }
            || builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!isSaid && HostedPaths.Urls(configuration) is { Length: > 0 } urls)
        {
            builder.WebHost.UseUrls(urls);
        }

        return builder;
    }

    /// <summary>Adds the services of the file that <see cref="AddServiceModelConfiguration"/> read.</summary>
    /// <param name="app">The application.</param>
    /// <param name="more">Adds services that the file does not have; null for none.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// A service has problems, a type is not found, or something is not offered: file, line, why, and what to do.
    /// </exception>
    public static IApplicationBuilder UseServiceModelConfiguration(this IApplicationBuilder app, Action<IServiceBuilder>? more = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var configuration = app.ApplicationServices.GetRequiredService<ServiceModelConfiguration>();
        return app.UseServiceModel(builder =>
        {
            builder.AddConfiguredServices(app, configuration);
            more?.Invoke(builder);
        });
    }
}
