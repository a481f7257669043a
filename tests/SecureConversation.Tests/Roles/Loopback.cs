using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>A client and a service of ours, without a transport in between.</summary>
public sealed class Loopback : IDisposable
{
    public static readonly Uri Address = new("http://localhost/echo");

    public Loopback(MessageSecurityBinding binding, TimeProvider? clock = null, MessageSecurityServiceOptions? options = null,
        ClientCredentials? client = null, ServiceCredentials? service = null)
    {
        Binding = binding;
        Client = new MessageSecurityClient(binding, client ?? ClientCredentials, new MessageSecurityClientOptions { TimeProvider = clock ?? TimeProvider.System });
        Service = new MessageSecurityService(binding, service ?? ServiceCredentials, options ?? new MessageSecurityServiceOptions { TimeProvider = clock ?? TimeProvider.System });
    }

    public MessageSecurityBinding Binding { get; }
    public MessageSecurityClient Client { get; }
    public MessageSecurityService Service { get; }

    public static ClientCredentials ClientCredentials => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential("alice", "secret <&>"),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TrustAuthority,
    };

    public static ServiceCredentials ServiceCredentials => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TrustAuthority,
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == "alice" && password == "secret <&>"),
    };

    private static CertificateValidationOptions TrustAuthority => new()
    {
        Mode = X509CertificateValidationMode.ChainTrust,
        RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
        CustomTrustRoots = { TestCertificates.Authority },
    };

    public static byte[] Request(MessageVersion version, string body = "<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>", string action = "urn:e/Echo", string extraHeaders = "")
    {
        var (soap, wsa) = Namespaces(version);
        return Encoding.UTF8.GetBytes(
            version.Addressing == AddressingVersion.None ? $"<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>" :
            $"<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{wsa}\"><s:Header><a:Action s:mustUnderstand=\"1\">{action}</a:Action>" +
            $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:ReplyTo><a:Address>{(wsa.Contains("2005/08") ? wsa + "/anonymous" : wsa + "/role/anonymous")}</a:Address></a:ReplyTo>" +
            $"<a:To s:mustUnderstand=\"1\">{Address}</a:To>{extraHeaders}</s:Header><s:Body>{body}</s:Body></s:Envelope>");
    }

    public static byte[] Reply(MessageVersion version, string body = "<EchoResponse xmlns=\"urn:e\"/>", string action = "urn:e/EchoResponse")
    {
        var (soap, wsa) = Namespaces(version);
        return Encoding.UTF8.GetBytes(
            version.Addressing == AddressingVersion.None ? $"<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>" :
            $"<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{wsa}\"><s:Header><a:Action s:mustUnderstand=\"1\">{action}</a:Action></s:Header><s:Body>{body}</s:Body></s:Envelope>");
    }

    public async Task<ClientSession> OpenAsync()
    {
        using var request = Client.StartSession(Address);
        using var result = await Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        return request.Complete(respond.Envelope);
    }

    public void Dispose() => Service.Dispose();

    private static (string Soap, string Addressing) Namespaces(MessageVersion version) => (
        version.Soap == SoapVersion.Soap12 ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/",
        version.Addressing == AddressingVersion.WSAddressing10 ? "http://www.w3.org/2005/08/addressing" : "http://schemas.xmlsoap.org/ws/2004/08/addressing");
}
