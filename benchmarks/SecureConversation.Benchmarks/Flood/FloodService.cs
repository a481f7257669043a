using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Flood;

/// <summary>The service of the flood measure, in a process of its own: Kestrel on a free port of the loopback network.</summary>
internal static class FloodService
{
    /// <summary>Reads its certificate and the one of the authority, writes the port, and serves until its input ends.</summary>
    public static async Task<int> RunAsync()
    {
        using var service = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(await ReadLineAsync()), null);
        using var authority = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(await ReadLineAsync()));
        var log = new FormattingLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(options =>
        {
            options.MessageSecurity = FloodCommand.Security;
            options.Credentials = new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(service),
                ClientCertificateValidation = new()
                {
                    Mode = X509CertificateValidationMode.ChainTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustRoots = { authority },
                },
            };
        });
        await using var app = builder.Build();
        app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", "<EchoResponse xmlns='urn:e'/>")));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        Console.WriteLine(new Uri(addresses.First()).Port);
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(log.Lines);
        }

        await app.StopAsync();
        return 0;
    }

    private static async Task<string> ReadLineAsync() => await Console.In.ReadLineAsync() ?? throw new EndOfStreamException();

    /// <summary>Costs what a log costs without the disk: each line is formatted and dropped.</summary>
    private sealed class FormattingLog : ILoggerProvider, ILogger
    {
        private long _lines;

        public long Lines => Interlocked.Read(ref _lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Length > 0)
            {
                Interlocked.Increment(ref _lines);
            }
        }

        public void Dispose()
        {
        }
    }
}
