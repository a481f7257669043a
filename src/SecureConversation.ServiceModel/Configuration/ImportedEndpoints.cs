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

    /// <summary>
    /// The binding of the alternative that was chosen, with what it says of signed and encrypted parts: a <see cref="CustomBinding"/> with
    /// a <see cref="MessageSecurityBindingElement"/>, text, and HTTP or HTTPS as the address has it.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <exception cref="NotSupportedException">
    /// No alternative is offered, or it asks for more than message security, which the message names.
    /// </exception>
    public static System.ServiceModel.Channels.Binding ToBinding(this ImportedEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var binding = endpoint.RequireBinding();
        var encoder = Encoder(endpoint, Translation.FromEngine(binding.MessageVersion));
        TransportBindingElement transport = endpoint.Address?.Scheme == Uri.UriSchemeHttps
            ? new HttpsTransportBindingElement()
            : new HttpTransportBindingElement();
        return new CustomBinding(new MessageSecurityBindingElement(binding.Element) { Protection = binding.Protection }, encoder, transport)
        {
            Name = endpoint.Name,
        };
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

    private static MessageEncodingBindingElement Encoder(ImportedEndpoint endpoint, MessageVersion version)
    {
        var others = endpoint.Chosen.OtherRequirements.Where(name => !IsTransport(name)).ToList();
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
            + $"{string.Join(", ", others.Select(Describe))} beside message security, which is not offered: "
            + "take it out of the binding of the service.");

    // The address says whether the transport is protected.
    private static bool IsTransport(XName name) => name.LocalName is "TransportBinding" or "HttpsToken";

    private static string Describe(XName name) =>
        name.LocalName == "RMAssertion" ? "reliable messaging" : name.ToString();
}
