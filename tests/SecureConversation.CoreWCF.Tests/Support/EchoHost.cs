using System.Net;
using System.Security.Cryptography.X509Certificates;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;
using WcfBinding = CoreWCF.Channels.Binding;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>A CoreWCF service behind a real socket.</summary>
public sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoHost(WebApplication app, EchoProbe probe)
    {
        _app = app;
        Probe = probe;
    }

    public EchoProbe Probe { get; }

    /// <summary>Completes when all requests of HTTP have ended, which is a moment after their answers; times out when one hangs.</summary>
    public async Task IdleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (Probe.Running > 0)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public Uri Address { get; private set; } = null!;

    public static async Task<EchoHost> StartAsync<TContract>(WcfBinding binding, Action<ServiceHostBase>? configure = null, int port = 0,
        Action<IServiceCollection>? services = null, bool https = false, bool allowSynchronousIO = false,
        Func<HttpContext, RequestDelegate, Task>? before = null)
    {
        var probe = new EchoProbe();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AllowSynchronousIO = allowSynchronousIO;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                if (https)
                {
                    listen.UseHttps(TestCertificates.Service);
                }
            });
        });
        builder.Services.AddServiceModelServices();
        builder.Services.AddSingleton(probe);
        builder.Services.AddTransient<EchoService>();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        if (app.Services.GetService<global::CoreWCF.Description.ServiceMetadataBehavior>() is { } metadata)
        {
            metadata.HttpGetEnabled = !https;
            metadata.HttpsGetEnabled = https;
        }

        app.Use(async (context, next) =>
        {
            probe.OnStarted();
            try
            {
                await (before is null ? next(context) : before(context, next));
            }
            finally
            {
                probe.OnEnded();
            }
        });
        app.UseServiceModel(model =>
        {
            model.AddService<EchoService>(options => options.DebugBehavior.IncludeExceptionDetailInFaults = false);
            model.AddServiceEndpoint<EchoService, TContract>(binding, "/echo");
            model.ConfigureServiceHostBase<EchoService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = TestCertificates.Service;
                host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
                host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new OnlyTestClient();
                host.Credentials.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
                host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new OnlyAda();
                configure?.Invoke(host);
            });
        });
        await app.StartAsync();
        return new EchoHost(app, probe) { Address = new Uri(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/echo") };
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class OnlyTestClient : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != TestCertificates.Client.Thumbprint)
            {
                throw new SecurityTokenValidationException("Not the test client.");
            }
        }
    }

    private sealed class OnlyAda : UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) =>
            userName == "ada" && password == "lovelace" ? default : throw new SecurityTokenValidationException("Not Ada.");
    }
}
