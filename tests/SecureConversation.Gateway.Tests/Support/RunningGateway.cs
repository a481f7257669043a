using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureConversation.Gateway.Routing;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>A gateway on free ports, with its settings in a file of its own.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private RunningGateway(WebApplication app, DirectoryInfo folder, JsonObject settings)
    {
        (App, _folder, Settings) = (app, folder, settings);
        var urls = app.Urls.Select(url => url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)).ToList();
        var gateway = settings["Gateway"]!["Listeners"]!.AsObject();
        Inner = gateway.ContainsKey(nameof(Inner)) ? new Uri(urls[0]) : null!;
        Outer = gateway.ContainsKey(nameof(Outer)) ? new Uri(urls[^1]) : null!;
    }

    public WebApplication App { get; }

    public JsonObject Settings { get; }

    public Uri Inner { get; }

    public Uri Outer { get; }

    public GatewayRoutes Routes => App.Services.GetRequiredService<GatewayRoutes>();

    /// <param name="gateway">The section Gateway; listeners on free ports are added.</param>
    /// <param name="configure">What the test adds.</param>
    /// <param name="reloads">Whether the file is watched.</param>
    public static async Task<RunningGateway> StartAsync(
        JsonObject gateway, Action<WebApplicationBuilder>? configure = null, bool reloads = false)
    {
        var listeners = (gateway["Listeners"] ??= new JsonObject()).AsObject();
        if (gateway.ContainsKey("Outward"))
        {
            listeners[nameof(Inner)] ??= new JsonObject { ["Url"] = "http://127.0.0.1:0" };
        }

        if (gateway.ContainsKey("Inward"))
        {
            listeners[nameof(Outer)] ??= new JsonObject { ["Url"] = "http://127.0.0.1:0" };
        }

        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gateway.");
        var settings = new JsonObject { ["AllowedHosts"] = "*", ["Gateway"] = gateway };
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), settings.ToJsonString());
        WebApplication? app = null;
        try
        {
            app = GatewayApplication.Create(
                new WebApplicationOptions
                {
                    ContentRootPath = folder.FullName,
                    EnvironmentName = "Production",
                    Args = [$"--hostBuilder:reloadConfigOnChange={(reloads ? "true" : "false")}"],
                },
                builder =>
                {
                    builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Information);
                    configure?.Invoke(builder);
                });
            await app.StartAsync();
            return new RunningGateway(app, folder, settings);
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Writes other settings, as an administrator does.</summary>
    public Task ChangeAsync(Action<JsonObject> change)
    {
        change(Settings["Gateway"]!.AsObject());
        return File.WriteAllTextAsync(Path.Combine(_folder.FullName, "appsettings.json"), Settings.ToJsonString(JsonSerializerOptions.Default));
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
