using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>An application on Kestrel on a free port.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KestrelHost(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = Address };
    }

    public RecordedLog Log { get; } = RecordedLog.Current;

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    public static WebApplication Build(Action<IServiceCollection> services, Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            kestrel?.Invoke(options);
        });
        services(builder.Services);
        return builder.Build();
    }

    public static async Task<KestrelHost> StartAsync(Action<IServiceCollection> services, Action<WebApplication> configure, Action<KestrelServerOptions>? kestrel = null)
    {
        var app = Build(services, kestrel);
        configure(app);
        return await StartAsync(app);
    }

    public static async Task<KestrelHost> StartAsync(WebApplication app)
    {
        await app.StartAsync();
        return new KestrelHost(app);
    }

    /// <summary>One endpoint /echo with a handler.</summary>
    public static Task<KestrelHost> StartAsync(MessageSecurity security, SecureConversationRequestDelegate handler, Action<SecureConversationServiceOptions>? options = null) =>
        StartAsync(services => services.AddSecureConversation(Endpoints.With(security, options)), app => app.MapSecureConversation("/echo", handler));

    public SoapClient Client(MessageSecurity security, string path = "/echo", MessageVersion? version = null) =>
        new(Http, new Uri(Address, path), MessageSecurityBinding.Create(security.CreateSecurityBindingElement(), version));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
