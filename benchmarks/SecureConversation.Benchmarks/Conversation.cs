using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks;

/// <summary>A client and a service of ours in one process, with an open session.</summary>
public sealed class Conversation : IDisposable
{
    public static readonly Uri Address = new("http://localhost/echo");

    public Conversation(SecurityBindingElement element)
    {
        // A benchmark sends the same bytes again and again.
        element = element with { LocalServiceSettings = element.LocalServiceSettings with { DetectReplays = false } };
        Binding = MessageSecurityBinding.Create(element);
        Client = new MessageSecurityClient(Binding, new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = Trusting,
        });
        Service = new MessageSecurityService(Binding, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ClientCertificateValidation = Trusting,
        });
        if (Binding.EstablishesSession)
        {
            using var request = Client.StartSession(Address);
            using var response = (ServiceResult.Respond)Receive(request.Envelope);
            Session = request.Complete(response.Envelope);
        }
    }

    public MessageSecurityBinding Binding { get; }
    public MessageSecurityClient Client { get; }
    public MessageSecurityService Service { get; }
    public ClientSession? Session { get; }

    private static CertificateValidationOptions Trusting => new()
    {
        Mode = X509CertificateValidationMode.Custom,
        RevocationMode = X509RevocationMode.NoCheck,
        CustomValidator = (_, _) => true,
    };

    public static SecurityBindingElement MutualCertificate(SecurityAlgorithmSuite suite) =>
        SecurityBindingElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = suite };

    public static SecurityBindingElement SecureSession(SecurityAlgorithmSuite suite) =>
        SecurityBindingElement.CreateSecureConversationBindingElement(MutualCertificate(suite)) with { DefaultAlgorithmSuite = suite };

    public static byte[] Envelope(int bodyBytes) => Encoding.UTF8.GetBytes(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>" +
        "<a:Action s:mustUnderstand=\"1\">urn:e/Echo</a:Action><a:MessageID>urn:uuid:7ffa7522-089a-4bff-a927-c570747d97b2</a:MessageID>" +
        "<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>" +
        $"<a:To s:mustUnderstand=\"1\">{Address}</a:To></s:Header><s:Body><Echo xmlns=\"urn:e\"><text>{new string('x', bodyBytes)}</text></Echo></s:Body></s:Envelope>");

    public SecuredRequest Secure(byte[] envelope) => Session?.Secure(envelope) ?? Client.Secure(envelope);

    public ServiceResult Receive(ReadOnlyMemory<byte> envelope) => Service.ReceiveAsync(envelope).AsTask().GetAwaiter().GetResult();

    public void Dispose()
    {
        Session?.Dispose();
        Service.Dispose();
    }
}
