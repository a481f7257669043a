using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>Both ends of a conversation with keys that are wrapped by ML-KEM.</summary>
internal static class MLKemMessages
{
    public static SecurityAlgorithmSuite Suite { get; } = SecurityAlgorithmSuite.Parse("Strong256MLKem");

    public static (X509Certificate2 Certificate, MLKem Key) ServiceOf(int set) =>
        set == 768 ? MLKemCertificates.Service768 : MLKemCertificates.Service1024;

    public static Loopback Create(string binding, int set, SecurityAlgorithmSuite? suite = null) =>
        new(Bindings.Create(binding, suite ?? Suite), client: Client(ServiceOf(set).Certificate), service: Service(Credential(ServiceOf(set))));

#pragma warning disable SC0001 // What is tested here is experimental.
    public static X509Credential Credential((X509Certificate2 Certificate, MLKem Key) own) => new(own.Certificate, own.Key);
#pragma warning restore SC0001

    public static ClientCredentials Client(X509Certificate2 service, X509Certificate2? client = null) =>
        Client(service, new X509Credential(client ?? TestCertificates.Client));

    public static ClientCredentials Client(X509Certificate2 service, X509Credential client) => new()
    {
        ClientCertificate = client,
        UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        ServiceCertificate = service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    public static ServiceCredentials Service(X509Credential own, params X509Credential[] others) => new()
    {
        ServiceCertificate = own,
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
        OtherServiceCertificates = [.. others],
    };

    public static async Task<FailureCode> ReceiveAsync(Loopback loopback, XmlDocument document)
    {
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        return result is ServiceResult.Dispatch ? FailureCode.None : Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    public static bool Contains(ReadOnlyMemory<byte> envelope, string text) => Encoding.UTF8.GetString(envelope.Span).Contains(text, StringComparison.Ordinal);
}
