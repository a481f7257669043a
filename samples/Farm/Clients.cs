using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Samples;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

namespace Farm;

/// <summary>What the service answered to an order.</summary>
internal sealed record Placed(int Order, string By, string Session);

/// <summary>Clients of the service. They know one address and nothing of processes.</summary>
internal static class Clients
{
    public static MessageSecurity Security { get; } = new()
    {
        ClientCredentialType = MessageCredentialType.Certificate,
        EstablishSecurityContext = true,
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
    };

    /// <summary>The certificates of the samples are their own authorities.</summary>
    public static CertificateValidationOptions Trust(X509Certificate2 certificate) => new()
    {
        Mode = X509CertificateValidationMode.PeerTrust,
        TrustedPeople = { certificate },
    };

    public static ClientCredentials Credentials { get; } = new()
    {
        ClientCertificate = new X509Credential(SampleCertificates.Client),
        ServiceCertificate = SampleCertificates.Service,
        ServiceCertificateValidation = Trust(SampleCertificates.Service),
    };

    public static SecureConversationClient Create(RoundRobin transport) => new(OrderService.Address, new SecureConversationHttpOptions
    {
        MessageSecurity = Security,
        Credentials = Credentials,
    }, transport);

    public static async Task<Placed> PlaceAsync(this SecureConversationClient client, int order)
    {
        XNamespace farm = "urn:farm";
        var number = order.ToString(CultureInfo.InvariantCulture);
        var reply = XElement.Parse(await client.CallAsync(OrderService.Action, $"<Place xmlns=\"urn:farm\"><order>{number}</order></Place>"));
        return new Placed((int)reply.Element(farm + "order")!, (string)reply.Element(farm + "by")!, (string)reply.Element(farm + "session")!);
    }
}
