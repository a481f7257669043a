using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Policy;

namespace SecureConversation.ServiceModel;

/// <summary>Bindings and addresses of the .NET WCF client out of an imported WSDL.</summary>
/// <example>
/// <code>
/// var imported = (await new WsdlImporter().ImportAsync(new Uri("https://host/orders?wsdl")))["orders"];
/// var client = new OrdersClient(imported.ToBinding(), imported.ToEndpointAddress());
/// </code>
/// </example>
public static class ImportedEndpoints
{
    private static readonly XNamespace Mtom = "http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization";
    private static readonly XNamespace Binary = "http://schemas.microsoft.com/ws/06/2004/mspolicy/netbinary1";
    private static readonly XName Reliable = XName.Get("RMAssertion", "http://schemas.xmlsoap.org/ws/2005/02/rm/policy");
    private static readonly XName Reliable11 = XName.Get("RMAssertion", "http://docs.oasis-open.org/ws-rx/wsrmp/200702");

    /// <summary>
    /// The binding of the alternative that was chosen, with what it says of signed and encrypted parts: a <see cref="CustomBinding"/> with
    /// a <see cref="MessageSecurityBindingElement"/>, text, and HTTP or HTTPS as the address has it. Where the policy asks for reliable
    /// messaging a <see cref="ReliableSessionBindingElement"/> of its version stands above, with the defaults of WCF.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <exception cref="NotSupportedException">
    /// No alternative is offered, or it asks for more than message security, which the message names.
    /// </exception>
    public static System.ServiceModel.Channels.Binding ToBinding(this ImportedEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var binding = endpoint.RequireBinding();
        var others = endpoint.Chosen.OtherRequirements.Where(name => !IsTransport(name)).ToList();
        var (isReliable, isReliable11) = (others.Remove(Reliable), others.Remove(Reliable11));
        var encoder = Encoder(endpoint, others, Translation.FromEngine(binding.MessageVersion));
        TransportBindingElement transport = endpoint.Address?.Scheme == Uri.UriSchemeHttps
            ? new HttpsTransportBindingElement()
            : new HttpTransportBindingElement();
        var imported = new CustomBinding(
            new MessageSecurityBindingElement(binding.Element) { Protection = binding.Protection }, encoder, transport)
        {
            Name = endpoint.Name,
        };
        if (isReliable || isReliable11)
        {
            imported.Elements.Insert(0, new ReliableSessionBindingElement
            {
                ReliableMessagingVersion = isReliable11
                    ? ReliableMessagingVersion.WSReliableMessaging11
                    : ReliableMessagingVersion.WSReliableMessagingFebruary2005,
            });
        }

        return imported;
    }

    /// <summary>The address of the service with the identity that the WSDL gives it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">Another address, with the identity of the WSDL; null for the one of the WSDL.</param>
    /// <exception cref="InvalidOperationException">The WSDL has no address, and none is given.</exception>
    public static EndpointAddress ToEndpointAddress(this ImportedEndpoint endpoint, Uri? address = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        address ??= endpoint.Address ?? throw new InvalidOperationException($"The port {endpoint.Name} has no address: give it.");
        EndpointIdentity? identity = endpoint switch
        {
            { IdentityCertificate.IsDefaultOrEmpty: false } =>
                new X509CertificateEndpointIdentity(X509CertificateLoader.LoadCertificate(endpoint.IdentityCertificate.AsSpan())),
            { IdentityDnsName: { } name } => new DnsEndpointIdentity(name),
            _ => null,
        };
        return new EndpointAddress(address, identity);
    }

    private static MessageEncodingBindingElement Encoder(ImportedEndpoint endpoint, List<XName> others, MessageVersion version)
    {
        if (others.Remove(Binary + "BinaryEncoding"))
        {
            return Only(endpoint, others, new BinaryMessageEncodingBindingElement());
        }

        if (others.Remove(Mtom + "OptimizedMimeSerialization"))
        {
            return Only(endpoint, others, new MtomMessageEncodingBindingElement { MessageVersion = version });
        }

        return Only(endpoint, others, new TextMessageEncodingBindingElement { MessageVersion = version });
    }

    private static MessageEncodingBindingElement Only(
        ImportedEndpoint endpoint, List<XName> others, MessageEncodingBindingElement encoder) => others.Count == 0
        ? encoder
        : throw new NotSupportedException($"The policy of port '{endpoint.Name}' asks for "
            + $"{string.Join(", ", others)} beside message security, which is not offered: "
            + "take it out of the binding of the service.");

    // The address says whether the transport is protected.
    private static bool IsTransport(XName name) => name.LocalName is "TransportBinding" or "HttpsToken";
}
