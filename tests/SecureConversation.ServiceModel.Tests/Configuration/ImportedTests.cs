using System.Net.Security;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Xml.Linq;
using SecureConversation.Policy;
using SecureConversation.ServiceModel.Tests.Support;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>A client that is made of a description.</summary>
public sealed class ImportedTests
{
    private const string Contract = """
        <definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:c="urn:calc" targetNamespace="urn:calc">
          <message name="in"/><message name="out"/>
          <portType name="ICalculator">
            <operation name="Add">
              <input xmlns:m="http://www.w3.org/2006/05/addressing/wsdl" m:Action="urn:calc/ICalculator/Add" message="c:in"/>
              <output xmlns:m="http://www.w3.org/2006/05/addressing/wsdl" m:Action="urn:calc/ICalculator/AddResponse" message="c:out"/>
            </operation>
          </portType>
          <binding name="b" type="c:ICalculator">
            <soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
            <operation name="Add"><soap12:operation soapAction="urn:calc/ICalculator/Add"/><input><soap12:body use="literal"/></input><output><soap12:body use="literal"/></output></operation>
          </binding>
          <service name="s"><port name="calculator" binding="c:b"><soap12:address location="{address}"/></port></service>
        </definitions>
        """;

    [Theory]
    [InlineData(ProtectionLevel.EncryptAndSign)]
    [InlineData(ProtectionLevel.Sign)]
    public async Task Client_CallsWithWhatTheDescriptionSays(ProtectionLevel level)
    {
        var binding = EngineBinding.MessageSecurityBinding.Create(
            new EngineBinding.MessageSecurity { AlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic256Sha256 }.CreateSecurityBindingElement(),
            protection: EngineBinding.ChannelProtectionRequirements.Default.WithDefault(level));
        await using var service = await TestService.StartAsync(options => (options.Binding, options.ProtectionRequirements) = (binding.Element, binding.Protection));
        var imported = Import(binding, service.Address.AbsoluteUri);
        var client = new CalculatorClient(imported.ToBinding(), imported.ToEndpointAddress());
        Clients.SetUp(client.ClientCredentials);
        Assert.Equal(7, client.Add(3, 4));
        client.Close();
        Assert.Equal(level == ProtectionLevel.EncryptAndSign, service.Requests.Single().Protection.EncryptedParts.Any(part => part.Contains("Body", StringComparison.Ordinal)));
    }

    [Fact]
    public void Https_IsThatOfTheAddress()
    {
        var made = Import(Plain, "https://localhost/calculator").ToBinding();
        Assert.IsType<HttpsTransportBindingElement>(made.CreateBindingElements().Find<TransportBindingElement>());
        Assert.Equal("https", made.Scheme);
    }

    [Fact]
    public void Identity_IsThatOfTheDescription()
    {
        const string Identity = """
            <wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>{address}</wsa:Address>
              <i:Identity xmlns:i="http://schemas.xmlsoap.org/ws/2006/02/addressingidentity"><i:Dns>calc.example</i:Dns></i:Identity>
            </wsa:EndpointReference></port>
            """;
        var imported = Import(Plain, "http://localhost/calculator", text => text.Replace("</port>", Identity, StringComparison.Ordinal));
        Assert.Equal("calc.example", Assert.IsType<DnsEndpointIdentity>(imported.ToEndpointAddress().Identity).IdentityClaim.Resource);
        Assert.Equal(new Uri("http://other/"), imported.ToEndpointAddress(new Uri("http://other/")).Uri);
        Assert.Null(Import(Plain, "http://localhost/calculator").ToEndpointAddress().Identity);
    }

    [Theory]
    [InlineData("<m:Compression xmlns:m=\"urn:later\"/>", "{urn:later}Compression")]
    [InlineData("<r:RMAssertion xmlns:r=\"urn:later\"/>", "{urn:later}RMAssertion")]
    public void MoreThanMessageSecurity_IsRefusedByName(string assertion, string words)
    {
        var imported = Import(Plain, "http://localhost/calculator", change: wsdl =>
            wsdl.Descendants().First(element => element.Name.LocalName == "All").Add(XElement.Parse(assertion)));
        var error = Assert.Throws<NotSupportedException>(() => imported.ToBinding());
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("'calculator'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://schemas.xmlsoap.org/ws/2005/02/rm/policy", false)]
    [InlineData("http://docs.oasis-open.org/ws-rx/wsrmp/200702", true)]
    public void ReliableMessaging_StandsAboveSecurity(string ns, bool is11)
    {
        var imported = Import(Plain, "http://localhost/calculator", change: wsdl =>
            wsdl.Descendants().First(element => element.Name.LocalName == "All").Add(new XElement(XName.Get("RMAssertion", ns))));
        var made = Assert.IsType<CustomBinding>(imported.ToBinding());
        Assert.Equal(is11 ? ReliableMessagingVersion.WSReliableMessaging11 : ReliableMessagingVersion.WSReliableMessagingFebruary2005,
            Assert.IsType<ReliableSessionBindingElement>(made.Elements[0]).ReliableMessagingVersion);
        Assert.IsType<MessageSecurityBindingElement>(made.Elements[1]);
    }

    [Fact]
    public void PolicyOverTls_HasTheElementOfThisLibrary()
    {
        var made = Assert.IsType<CustomBinding>(Over(EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement()).ToBinding());
        var element = Assert.IsType<EngineBinding.TransportSecurityBindingElement>(made.Elements.Find<MessageSecurityBindingElement>().Settings);
        Assert.IsType<EngineBinding.UserNameSecurityTokenParameters>(Assert.Single(element.EndpointSupportingTokenParameters.All));
        Assert.IsType<HttpsTransportBindingElement>(made.Elements[^1]);
    }

    [Fact]
    public void PolicyThatIsNotOffered_IsRefusedInWords()
    {
        var error = Assert.Throws<NotSupportedException>(() => Over(EngineBinding.SecurityBindingElement.CreateKerberosOverTransportBindingElement()).ToBinding());
        Assert.Contains("Kerberos", error.Message, StringComparison.Ordinal);
    }

    private static ImportedEndpoint Over(EngineBinding.SecurityBindingElement element) =>
        Read(WsdlPolicy.Attach(XDocument.Parse(Contract.Replace("{address}", "https://localhost/", StringComparison.Ordinal)),
            element, EngineBinding.MessageVersion.Default, EngineBinding.ChannelProtectionRequirements.Default));

    private static EngineBinding.MessageSecurityBinding Plain =>
        EngineBinding.MessageSecurityBinding.Create(EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement());

    private static ImportedEndpoint Import(
        EngineBinding.MessageSecurityBinding binding, string address, Func<string, string>? text = null, Action<XDocument>? change = null)
    {
        var contract = (text?.Invoke(Contract) ?? Contract).Replace("{address}", address, StringComparison.Ordinal);
        var wsdl = WsdlPolicy.Attach(XDocument.Parse(contract), binding);
        change?.Invoke(wsdl);
        return Read(wsdl);
    }

    private static ImportedEndpoint Read(XDocument wsdl)
    {
        using var stream = new MemoryStream();
        wsdl.Save(stream);
        stream.Position = 0;
        return new WsdlImporter().Import(stream)["calculator"];
    }
}
