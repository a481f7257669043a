using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>A security token service behind a real socket, over a binding of ours, or without message security.</summary>
public sealed class TestSecurityTokenService : IAsyncDisposable
{
    private readonly TestService? _secured;
    private readonly WebApplication? _plain;

    private TestSecurityTokenService(TestTokenIssuer issuer, Uri address, TestService? secured, WebApplication? plain) =>
        (Issuer, Address, _secured, _plain) = (issuer, address, secured, plain);

    public TestTokenIssuer Issuer { get; }

    public Uri Address { get; }

    /// <summary>Those of the requests without message security.</summary>
    public List<string?> MediaTypes { get; private init; } = [];

    public TestService Secured => _secured!;

    /// <summary>Over a binding.</summary>
    public static async Task<TestSecurityTokenService> StartAsync(MessageSecurityBinding binding, TestTokenIssuer? issuer = null)
    {
        issuer ??= new TestTokenIssuer();
        var service = await TestService.StartAsync(binding);
        service.Reply = async dispatch => await issuer.AnswerAsync(dispatch.Request.Envelope);
        return new TestSecurityTokenService(issuer, service.Address, service, null);
    }

    /// <summary>Without message security.</summary>
    public static async Task<TestSecurityTokenService> StartPlainAsync(TestTokenIssuer? issuer = null)
    {
        issuer ??= new TestTokenIssuer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var mediaTypes = new List<string?>();
        app.Run(async context =>
        {
            mediaTypes.Add(context.Request.ContentType?.Split(';')[0]);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var answer = await issuer.AnswerAsync(body.ToArray(), context.RequestAborted);
            context.Response.ContentType = MessageVersion.Default.MediaType + "; charset=utf-8";
            await context.Response.Body.WriteAsync(answer);
        });
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return new TestSecurityTokenService(issuer, new Uri($"http://localhost:{port}/issue"), null, app) { MediaTypes = mediaTypes };
    }

    public async ValueTask DisposeAsync()
    {
        if (_secured is not null)
        {
            await _secured.DisposeAsync();
        }

        if (_plain is not null)
        {
            await _plain.DisposeAsync();
        }
    }
}
