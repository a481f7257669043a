using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>An application on Kestrel on a free port. Disposing fails the test when an error was logged that was not expected.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HashSet<int> _expectedErrors = [];

    private KestrelHost(WebApplication app, RecordedLog log)
    {
        _app = app;
        Log = log;
        Http = new HttpClient { BaseAddress = Address };
    }

    public RecordedLog Log { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    public static WebApplication Build(Action<IServiceCollection> services, RecordedLog? log = null, Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

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
        var log = new RecordedLog();
        var app = Build(services, log, kestrel);
        configure(app);
        await app.StartAsync();
        return new KestrelHost(app, log);
    }

    /// <summary>One endpoint /echo with a handler.</summary>
    public static Task<KestrelHost> StartAsync(MessageSecurity security, SecureConversationHandler handler, Action<SecureConversationServiceOptions>? options = null) =>
        StartAsync(services => services.AddSecureConversation(Endpoints.With(security, options)), app => app.MapSecureConversation("/echo", handler));

    public void ExpectError(int id) => _expectedErrors.Add(id);

    public SoapClient Client(MessageSecurity security, string path = "/echo", MessageVersion? version = null) =>
        new(Http, new Uri(Address, path), MessageSecurityBinding.Create(security.CreateSecurityBindingElement(), version));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        var errors = Log.Entries.Where(e => e.Level >= LogLevel.Error).ToList();
        Assert.DoesNotContain(errors, e => !_expectedErrors.Contains(e.Id));
        Assert.All(_expectedErrors, id => Assert.Contains(errors, e => e.Id == id));
    }
}
