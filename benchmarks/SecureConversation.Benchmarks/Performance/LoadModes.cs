using System.IdentityModel.Selectors;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using SecureConversation.Binding;
using SecureConversation.Http;
using SecureConversation.Testing;
using DropIn = SecureConversation.ServiceModel;
using StackValidation = System.ServiceModel.Security.X509CertificateValidationMode;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>One client in each of its modes, open and ready to call.</summary>
internal sealed class LoadModes : IAsyncDisposable
{
    public const string Plain = "plain", Tls = "TLS", Session = "session", Single = "X.509";

    private const string Action = "urn:e/Echo";

    private readonly List<IDisposable> _owned = [];

    public List<(string Name, Func<Task> Call)> Calls { get; } = [];

    public static LoadModes Http(string[] addresses, int size)
    {
        var modes = new LoadModes();
        var envelope = Conversation.Envelope(size);
        var transport = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                // The authority is made for this run.
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { TestCertificates.Authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
        modes._owned.Add(transport);
        foreach (var (mode, address) in new[] { (Plain, addresses[0]), (Tls, addresses[1]) })
        {
            var uri = new Uri($"{address}{size}");
            modes.Calls.Add(($"HttpClient {mode}", async () =>
            {
                using var content = new ByteArrayContent(envelope) { Headers = { ContentType = new("application/soap+xml", "utf-8") } };
                using var response = await transport.PostAsync(uri, content);
                await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
            }
            ));
        }

        var body = Conversation.Body(size);
        foreach (var (mode, address, security) in new[]
        {
            (Session, addresses[2], LoadService.Security), (Single, addresses[3], LoadService.Security with { EstablishSecurityContext = false }),
        })
        {
            var client = new SecureConversationClient(new Uri($"{address}{size}"), new SecureConversationHttpOptions
            {
                MessageSecurity = security,
                Credentials = TestCredentials.Client,
            });
            modes._owned.Add(client);
            modes.Calls.Add(($"HttpClient {mode}", () => client.CallAsync(Action, body)));
        }

        return modes;
    }

    public static LoadModes Wcf(string[] addresses, int size)
    {
        var modes = new LoadModes();
        var text = new string('x', size);
        modes.Add(Plain, new WSHttpBinding(SecurityMode.None), addresses[0], size, text);
        var tls = new WSHttpBinding(SecurityMode.Transport);
        tls.Security.Transport.ClientCredentialType = HttpClientCredentialType.None;
        modes.Add(Tls, tls, addresses[1], size, text);
        foreach (var (mode, address) in new[] { (Session, addresses[2]), (Single, addresses[3]) })
        {
            var binding = new DropIn.WSHttpBinding(SecurityMode.Message);
            binding.Security.Message.ClientCredentialType = System.ServiceModel.MessageCredentialType.Certificate;
            binding.Security.Message.NegotiateServiceCredential = false;
            binding.Security.Message.EstablishSecurityContext = mode == Session;
            modes.Add(mode, binding, address, size, text);
        }

        return modes;
    }

    public ValueTask DisposeAsync()
    {
        _owned.ForEach(owned => owned.Dispose());
        return ValueTask.CompletedTask;
    }

    private void Add(string mode, WSHttpBinding binding, string address, int size, string text)
    {
        binding.MaxReceivedMessageSize = int.MaxValue;
        System.Xml.XmlDictionaryReaderQuotas.Max.CopyTo(binding.ReaderQuotas);
        var factory = new ChannelFactory<IEcho>(binding, new EndpointAddress(new Uri($"{address}{size}")));
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        var service = factory.Credentials.ServiceCertificate;
        service.DefaultCertificate = TestCertificates.Service;
        service.Authentication.CertificateValidationMode = StackValidation.Custom;
        service.Authentication.CustomCertificateValidator = new Trusting();
        service.SslCertificateAuthentication = new() { CertificateValidationMode = StackValidation.None, RevocationMode = X509RevocationMode.NoCheck };
        var channel = factory.CreateChannel();
        ((IClientChannel)channel).Open();
        _owned.Add(factory);
        Calls.Add(($"WCF {mode}", () => channel.EchoAsync(text)));
    }

    private sealed class Trusting : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
        }
    }
}

[ServiceContract(Namespace = "urn:e")]
internal interface IEcho
{
    [OperationContract(Action = "urn:e/Echo", ReplyAction = "urn:e/EchoResponse")]
    Task<string> EchoAsync(string text);
}
