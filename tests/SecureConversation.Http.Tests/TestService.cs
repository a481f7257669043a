using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>A service behind a real socket: Kestrel in front of the engine, with places to interfere.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MessageSecurityServiceOptions _options;
    private readonly ServiceCredentials _credentials;
    private int _handshakes;
    private int _cancels;
    private int _renewals;

    private TestService(WebApplication app, MessageSecurityBinding binding, TimeProvider clock, ServiceCredentials credentials)
    {
        _app = app;
        Binding = binding;
        Clock = clock;
        _credentials = credentials;
        _options = new MessageSecurityServiceOptions
        {
            TimeProvider = clock,
            LoggerFactory = RecordedLog.Current,
            FailureAnswers = new() { Step = TimeSpan.Zero },
            // The keys of cookies outlive a restart.
            EndpointName = "echo",
            SecurityStateEncoder = new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider()),
        };
        Engine = NewEngine();
    }

    public MessageSecurityBinding Binding { get; }
    public TimeProvider Clock { get; }
    public MessageSecurityService Engine { get; private set; }
    public Uri Address { get; private set; } = null!;
    public int Handshakes => Volatile.Read(ref _handshakes);
    public int Cancels => Volatile.Read(ref _cancels);
    public int Renewals => Volatile.Read(ref _renewals);
    public string? LastContentType { get; private set; }
    public string? LastSoapAction { get; private set; }
    public string? LastPlainRequest { get; private set; }

    /// <summary>Sees a request first; true when it has answered.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);

    /// <summary>Waits before a handshake is answered.</summary>
    public Func<Task> BeforeHandshake { get; set; } = () => Task.CompletedTask;

    /// <summary>Waits before a renewal is answered.</summary>
    public Func<Task> BeforeRenewal { get; set; } = () => Task.CompletedTask;

    /// <summary>The application: null for one-way.</summary>
    public Func<ServiceResult.Dispatch, Task<byte[]?>> Reply { get; set; } = null!;

    /// <summary>Changes what goes out as the reply of the application.</summary>
    public Func<byte[], byte[]> Tamper { get; set; } = bytes => bytes;

    public static async Task<TestService> StartAsync(
        MessageSecurityBinding binding, TimeProvider? clock = null, ServiceCredentials? credentials = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var service = new TestService(app, binding, clock ?? TimeProvider.System, credentials ?? Credential.OfService);
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(binding.MessageVersion, "<EchoResponse xmlns=\"urn:e\"/>", "urn:e/EchoResponse"));
        app.Run(service.HandleAsync);
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        service.Address = new Uri($"http://localhost:{port}/echo");
        return service;
    }

    /// <summary>Forgets all sessions, as a restart does.</summary>
    public void Restart()
    {
        Engine.Dispose();
        Engine = NewEngine();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Engine.Dispose();
    }

    private MessageSecurityService NewEngine() => new(Binding, _credentials, _options);

    private async Task HandleAsync(HttpContext context)
    {
        LastContentType = context.Request.ContentType;
        LastSoapAction = context.Request.Headers["SOAPAction"];
        if (await Intercept(context))
        {
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var action = context.Request.ContentType + context.Request.Headers["SOAPAction"];
        if (action.Contains("RST/SCT/Cancel", StringComparison.Ordinal) || action.Contains("RST/SCT-Cancel", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _cancels);
        }
        else if (action.Contains("RST/SCT/Renew", StringComparison.Ordinal) || action.Contains("RST/SCT-Renew", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _renewals);
            await BeforeRenewal();
        }
        else if (action.Contains("RST/SCT", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _handshakes);
            await BeforeHandshake();
        }

        using var result = await Engine.ReceiveAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
        context.Response.ContentType = Binding.MessageVersion.MediaType + "; charset=utf-8";
        switch (result)
        {
            case ServiceResult.Respond respond:
                context.Response.StatusCode = respond.StatusCode;
                await context.Response.Body.WriteAsync(respond.Envelope);
                break;
            case ServiceResult.Dispatch dispatch:
                LastPlainRequest = Encoding.UTF8.GetString(dispatch.Request.Envelope.Span);
                await RespondAsync(context, dispatch);
                break;
        }
    }

    private async Task RespondAsync(HttpContext context, ServiceResult.Dispatch dispatch)
    {
        if (await Reply(dispatch) is not { } plain)
        {
            // In a reliable session the client hears that it arrived.
            using var acknowledgement = dispatch.Acknowledge();
            if (acknowledgement is not null)
            {
                await context.Response.Body.WriteAsync(acknowledgement.Envelope);
                return;
            }

            context.Response.StatusCode = 202;
            return;
        }

        using var reply = dispatch.Secure(plain);
        context.Response.StatusCode = reply.IsFault ? 500 : 200;
        await context.Response.Body.WriteAsync(Tamper(reply.Envelope.ToArray()));
    }
}
