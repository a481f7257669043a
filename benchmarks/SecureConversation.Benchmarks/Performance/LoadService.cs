using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// The services of `load` in a process of their own: Kestrel on free ports of the loopback network, plain, over TLS, with sessions, and with
/// certificates in each message. All answer with a body of the size that the path says.
/// </summary>
internal static class LoadService
{
    public static readonly MessageSecurity Security = new()
    {
        ClientCredentialType = MessageCredentialType.Certificate,
        NegotiateServiceCredential = false,
    };

    /// <summary>Reads its certificate and the one of the authority, writes its addresses, and then its processor time for each line.</summary>
    public static async Task<int> RunAsync()
    {
        using var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(Console.ReadLine()!), null);
        using var authority = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Console.ReadLine()!));
        await using var plain = await StartAsync(null, null);
        await using var tls = await StartAsync(null, certificate);
        await using var session = await StartAsync(options => Configure(options, Security, certificate, authority), null);
        await using var single = await StartAsync(options => Configure(options, Security with { EstablishSecurityContext = false }, certificate, authority), null);
        Console.WriteLine(string.Join(' ', new[] { plain, tls, session, single }.Select(AddressOf)));
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(Processor.Time.TotalMicroseconds.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static void Configure(SecureConversationServiceOptions options, MessageSecurity security, X509Certificate2 certificate, X509Certificate2 authority)
    {
        options.MessageSecurity = security;
        options.Credentials = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(certificate),
            ClientCertificateValidation = new()
            {
                Mode = X509CertificateValidationMode.ChainTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustRoots = { authority },
            },
        };
    }

    private static async Task<WebApplication> StartAsync(Action<SecureConversationServiceOptions>? configure, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        if (configure is not null)
        {
            builder.Services.AddSecureConversation(configure);
        }

        var app = builder.Build();
        foreach (var size in LoadCommand.Sizes)
        {
            var body = $"<EchoResponse xmlns=\"urn:e\"><EchoResult>{new string('x', size)}</EchoResult></EchoResponse>";
            if (configure is not null)
            {
                app.MapSecureConversation($"/{size}", _ => Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", body)));
            }
            else
            {
                MapPlain(app, $"/{size}", Encoding.UTF8.GetBytes(
                    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>"
                    + $"<a:Action s:mustUnderstand=\"1\">urn:e/EchoResponse</a:Action></s:Header><s:Body>{body}</s:Body></s:Envelope>"));
            }
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>Reads the request to its end and looks at nothing of it.</summary>
    private static void MapPlain(WebApplication app, string path, byte[] reply) => app.MapPost(path, async context =>
    {
        while (await context.Request.BodyReader.ReadAsync() is var read)
        {
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        context.Response.ContentType = "application/soap+xml; charset=utf-8";
        context.Response.ContentLength = reply.Length;
        await context.Response.BodyWriter.WriteAsync(reply);
    });

    private static string AddressOf(WebApplication app)
    {
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return $"{bound.Scheme}://localhost:{bound.Port}/";
    }
}
