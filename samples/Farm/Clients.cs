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
        // The two messages of a negotiation would have to reach the same process.
        NegotiateServiceCredential = false,
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

    /// <summary>The security of both sides. With cookies the state of a session is in each request, and no process keeps it.</summary>
    /// <param name="hasCookies">Whether sessions are in cookies.</param>
    /// <param name="renewal">After which time a client renews the key of a session; null for WCF's default.</param>
    public static SecurityBindingElement Binding(bool hasCookies, TimeSpan? renewal = null)
    {
        var element = (SymmetricSecurityBindingElement)Security.CreateSecurityBindingElement();
        var session = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters!;
        return hasCookies
            ? element with { ProtectionTokenParameters = session with { RequireCancellation = false } }
            : element with
            {
                LocalClientSettings = element.LocalClientSettings with
                {
                    SessionKeyRenewalInterval = renewal ?? element.LocalClientSettings.SessionKeyRenewalInterval,
                },
                // A renewal that fails is tried again after a tenth of the time that the key has left, so it lives for a minute here.
                LocalServiceSettings = element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(1) },
            };
    }

    /// <summary>A client that sends through a transport; the rest as for <see cref="Binding"/>.</summary>
    public static SecureConversationClient Create(RoundRobin transport, bool hasCookies = false, TimeSpan? renewal = null) =>
        new(OrderService.Address, new SecureConversationHttpOptions { Binding = Binding(hasCookies, renewal), Credentials = Credentials }, transport);

    public static async Task<Placed> PlaceAsync(this SecureConversationClient client, int order)
    {
        XNamespace farm = "urn:farm";
        var number = order.ToString(CultureInfo.InvariantCulture);
        var reply = XElement.Parse(await client.CallAsync(OrderService.Action, $"<Place xmlns=\"urn:farm\"><order>{number}</order></Place>"));
        return new Placed((int)reply.Element(farm + "order")!, (string)reply.Element(farm + "by")!, (string)reply.Element(farm + "session")!);
    }
}
