using System.Diagnostics;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Health;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway;

/// <summary>Makes the application of its settings.</summary>
internal static class GatewayApplication
{
    private static readonly string[] Sources = ["SecureConversation", "Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy"];

    private static readonly string[] Meters =
    [
        "SecureConversation", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http",
        "System.Net.NameResolution", "System.Runtime",
    ];

    /// <param name="options">Arguments, and where the settings are.</param>
    /// <param name="configure">What a test adds.</param>
    /// <exception cref="SettingsException">The settings cannot be used; it names all that is wrong.</exception>
    public static WebApplication Create(WebApplicationOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(options);
        configure?.Invoke(builder);
        var settings = GatewayReader.Read(builder.Configuration, builder.Environment.ContentRootPath);
        var listeners = Listeners(settings);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, listeners, settings));
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<DistributedContextPropagator>(TraceParent.Instance);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new SettingsFiles(builder.Configuration));
        builder.Services.AddSingleton(services => new RequestMemory(RequestMemory.Default, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<GatewayServices>();
        builder.Services.AddSingleton<GatewayRoutes>();
        builder.Services.AddSingleton<GatewayPipeline>();
        builder.Services.AddSingleton<CallLimits>();
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Readiness>());
        AddShared(builder.Services, settings);
        AddTelemetry(builder.Services, settings.Telemetry);
        var app = builder.Build();
        try
        {
            app.Services.GetRequiredService<GatewayRoutes>().Start(settings);
            ((IApplicationBuilder)app).Run(app.Services.GetRequiredService<GatewayPipeline>().InvokeAsync);
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    /// <summary>The listeners as a section of Kestrel.</summary>
    private static IConfiguration Listeners(GatewaySettings settings)
    {
        var pairs = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Add(ListenerSettings.InnerName, settings.Listeners.Inner);
        Add(ListenerSettings.OuterName, settings.Listeners.Outer);
        if (settings.Listeners.Inner is null && settings.Outward.Count > 0)
        {
            pairs[$"Endpoints:{ListenerSettings.InnerName}:Url"] =
                FormattableString.Invariant($"http://localhost:{ListenerSettings.DefaultInnerPort}");
        }

        return new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();

        void Add(string name, IConfigurationSection? section)
        {
            foreach (var (key, value) in section?.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null) ?? [])
            {
                pairs[$"Endpoints:{name}:{key}"] = value;
            }
        }
    }

    private static void Listen(KestrelServerOptions kestrel, IConfiguration listeners, GatewaySettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = settings.Limits.MaxConcurrentConnections;
        kestrel.Configure(listeners)
            .Endpoint(ListenerSettings.InnerName, endpoint => Sides.Mark(endpoint.ListenOptions, Side.Inner))
            .Endpoint(ListenerSettings.OuterName, endpoint => Sides.Mark(endpoint.ListenOptions, Side.Outer));
    }

    private static void AddShared(IServiceCollection services, GatewaySettings settings)
    {
        var protection = services.AddDataProtection();
        if (settings.KeyRing is { } ring)
        {
            protection.SetApplicationName(ring.ApplicationName).PersistKeysToFileSystem(new DirectoryInfo(ring.Path));
            if (ring.Certificate is { } certificate)
            {
                protection.ProtectKeysWithCertificate(certificate).UnprotectKeysWithAnyCertificate(certificate);
            }
        }

        if (settings.Redis is { } redis)
        {
            services.AddSecureConversationRedis(options =>
            {
                options.Configuration = redis.Configuration;
                options.KeyPrefix = redis.KeyPrefix ?? options.KeyPrefix;
            });
        }
    }

    private static void AddTelemetry(IServiceCollection services, TelemetrySettings settings)
    {
        if (settings.OtlpEndpoint is not { } endpoint)
        {
            return;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(settings.ServiceName))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter(exporter => exporter.Endpoint = endpoint))
            .WithTracing(traces => traces.AddSource(Sources).AddOtlpExporter(exporter => exporter.Endpoint = endpoint));
    }
}
