using System.Text;
using System.Xml.Linq;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Policy;
using SecureConversation.Testing;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>The WSDL of a service whose messages have their credentials over TLS.</summary>
public sealed class PolicyOverTransportTests
{
    /// <summary>The element and the transport of CoreWCF both could say it, and clients take two for a contradiction.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Description_HasTheTransportOnceInEachPolicy(bool isSession)
    {
        var element = Element.CreateUserNameOverTransportBindingElement();
        element = isSession ? Element.CreateSecureConversationBindingElement(element, requireCancellation: true) : element;
        var binding = new CustomBinding(element, new TextMessageEncodingBindingElement(), new HttpsTransportBindingElement());
        await using var host = await EchoHost.StartAsync<IEcho>(
            binding, host => host.Credentials.ServiceCertificate.Certificate = null,
            services: services => services.AddServiceModelMetadata(),
            https: true);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificates.Service.Thumbprint,
            },
        });
        var wsdl = XDocument.Parse(await http.GetStringAsync(new Uri(host.Address, "?singleWsdl")));

        var transports = wsdl.Descendants().Where(e => e.Name.LocalName == "TransportBinding").ToList();
        Assert.Equal(isSession ? 2 : 1, transports.Count);
        var imported = new WsdlImporter().Import(new MemoryStream(Encoding.UTF8.GetBytes(wsdl.ToString()))).Endpoints.Single();
        Assert.True(imported.Outcome == PolicyOutcome.Imported, imported.Chosen.ToString());
    }
}
