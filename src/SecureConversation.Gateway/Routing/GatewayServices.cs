using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Routing;

/// <summary>What routes need of the process.</summary>
internal sealed class GatewayServices(IServiceProvider services, IHttpForwarder forwarder, ILoggerFactory loggers, TimeProvider clock,
    IHostEnvironment environment, IConfiguration configuration)
{
    public IServiceProvider Services => services;

    public IHttpForwarder Forwarder => forwarder;

    public ILoggerFactory Loggers => loggers;

    public ILogger Log { get; } = loggers.CreateLogger("SecureConversation.Gateway");

    public TimeProvider Clock => clock;

    public IConfiguration Configuration => configuration;

    public string ContentRoot => environment.ContentRootPath;

    /// <summary>A transport that does nothing by itself: it follows no redirects, keeps no cookies and asks no proxy.</summary>
    public static SocketsHttpHandler CreateTransport() => new()
    {
        ActivityHeadersPropagator = TraceParent.Instance,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        EnableMultipleHttp2Connections = true,
    };
}
