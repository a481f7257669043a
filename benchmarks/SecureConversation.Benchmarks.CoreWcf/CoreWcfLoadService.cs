using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using CoreWCF;
using CoreWCF.Configuration;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Benchmarks.Performance;
using DropIn = SecureConversation.CoreWCF;

namespace SecureConversation.Benchmarks.CoreWcf;

/// <summary>
/// The services of `load` as CoreWCF hosts them, in a process of their own: plain, over TLS, with sessions, and with certificates in each
/// message. They answer with what they got.
/// </summary>
internal static class CoreWcfLoadService
{
    /// <summary>Reads its certificate and the one of the authority, of which it needs none, writes its addresses, and then its processor time for each line.</summary>
    public static async Task<int> RunAsync()
    {
        using var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(Console.ReadLine()!), null);
        Console.ReadLine();
        var tls = new WSHttpBinding(SecurityMode.Transport);
        tls.Security.Transport.ClientCredentialType = HttpClientCredentialType.None;
        await using var plainApp = await StartAsync(new WSHttpBinding(SecurityMode.None), certificate, isTls: false);
        await using var tlsApp = await StartAsync(tls, certificate, isTls: true);
        await using var sessionApp = await StartAsync(Message(hasSession: true), certificate, isTls: false);
        await using var singleApp = await StartAsync(Message(hasSession: false), certificate, isTls: false);
        Console.WriteLine(string.Join(' ', new[] { plainApp, tlsApp, sessionApp, singleApp }.Select(app => app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/")));
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(Environment.CpuUsage.TotalTime.TotalMicroseconds.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static DropIn.WSHttpBinding Message(bool hasSession)
    {
        var binding = new DropIn.WSHttpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.EstablishSecurityContext = hasSession;
        return binding;
    }

    private static async Task<WebApplication> StartAsync(WSHttpBinding binding, X509Certificate2 certificate, bool isTls)
    {
        binding.MaxReceivedMessageSize = int.MaxValue;
        binding.ReaderQuotas = System.Xml.XmlDictionaryReaderQuotas.Max;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (isTls)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Services.AddServiceModelServices();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<EchoService>();
            foreach (var size in LoadCommand.Sizes)
            {
                model.AddServiceEndpoint<EchoService, IEcho>(binding, $"/{size}");
            }

            model.ConfigureServiceHostBase<EchoService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = certificate;
                host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
                host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new Trusting();
            });
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Trusting : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
        }
    }
}

[ServiceContract(Namespace = "urn:e")]
public interface IEcho
{
    [OperationContract(Action = "urn:e/Echo", ReplyAction = "urn:e/EchoResponse")]
    string Echo(string text);
}

[ServiceBehavior(InstanceContextMode = InstanceContextMode.Single, ConcurrencyMode = ConcurrencyMode.Multiple)]
public sealed class EchoService : IEcho
{
    public string Echo(string text) => text;
}
