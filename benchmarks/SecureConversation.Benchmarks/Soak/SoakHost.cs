using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>One of the hosts: Kestrel on a free port, with an endpoint of each kind.</summary>
internal sealed class SoakHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SoakHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Open sessions of all endpoints.</summary>
    public int SessionCount => SoakEndpoints.All.Sum(kind => _app.Services.GetRequiredKeyedService<MessageSecurityService>(kind).SessionCount);

    public static async Task<SoakHost> StartAsync(string name, SoakLedger ledger, SoakLog log, ISecuritySessionStore store, IReplayCache replays)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        foreach (var kind in SoakEndpoints.All)
        {
            builder.Services.AddSecureConversation(kind, options =>
            {
                options.Binding = SoakEndpoints.Binding(kind);
                options.Credentials = TestCredentials.Service;
                options.SessionIdleTimeout = SoakEndpoints.Inactivity;
                if (kind == SoakEndpoints.Shared)
                {
                    (options.SessionStore, options.ReplayCache) = (store, replays);
                    options.AddressFilter = AddressFilter.OneOf(SharedAddress);
                }
            });
        }

        var app = builder.Build();
        foreach (var kind in SoakEndpoints.All)
        {
            var endpoint = EndpointName(name, kind);
            app.MapSecureConversation("/" + kind, context =>
            {
                using var reader = context.CreateBodyReader();
                var said = ledger.Execute(reader.ReadElementContentAsString(), endpoint);
                return Task.FromResult(SoapReply.FromBody("urn:soak/Done", $"<Done xmlns=\"urn:soak\">{said}</Done>"));
            }, kind);
        }

        await app.StartAsync();
        return new SoakHost(app);
    }

    /// <summary>What clients write into a:To of messages for the shared endpoint; a balancer chooses the host.</summary>
    public static Uri SharedAddress { get; } = new("http://soak.example.org/shared");

    /// <summary>The name of an endpoint in the ledger. The shared endpoints are one.</summary>
    public static string EndpointName(string host, string kind) => kind == SoakEndpoints.Shared ? kind : $"{host}/{kind}";

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
