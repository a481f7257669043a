namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Endpoints and services: names, defaults of .NET Framework 4, and what they refer to.</summary>
public sealed class EndpointTests
{
    private const string Sample =
        """
        <bindings>
          <wsHttpBinding>
            <binding maxReceivedMessageSize="11"><security mode="None"/></binding>
            <binding name="named" maxReceivedMessageSize="12"/>
          </wsHttpBinding>
          <netTcpBinding><binding name="wrong" listenBacklog="x"/></netTcpBinding>
        </bindings>
        <behaviors>
          <endpointBehaviors>
            <behavior><dataContractSerializer maxItemsInObjectGraph="1"/></behavior>
            <behavior name="named"><dataContractSerializer maxItemsInObjectGraph="2"/></behavior>
          </endpointBehaviors>
          <serviceBehaviors>
            <behavior><serviceDebug includeExceptionDetailInFaults="true"/><serviceThrottling maxConcurrentCalls="5"/></behavior>
            <behavior name="named"><serviceMetadata httpGetEnabled="true"/></behavior>
          </serviceBehaviors>
        </behaviors>
        <client>
          <endpoint name="a" address="http://a/" binding="wsHttpBinding" contract="One"/>
          <endpoint name="b" address="http://b/" binding="wsHttpBinding" bindingConfiguration="named" behaviorConfiguration="named"
              contract="One"/>
          <endpoint address="http://c/" binding="basicHttpBinding" contract="Two">
            <identity><dns value="other"/></identity><headers><h xmlns="urn:h">1</h></headers>
          </endpoint>
          <endpoint name="wrong" address="net.tcp://d/" binding="netTcpBinding" bindingConfiguration="wrong" contract="Three"/>
        </client>
        <services>
          <service name="S">
            <host><baseAddresses><add baseAddress="http://s/base"/></baseAddresses><timeouts openTimeout="00:00:05"/></host>
            <endpoint address="x" binding="wsHttpBinding" contract="One"/>
            <endpoint address="mex" kind="mexEndpoint"/>
            <endpoint address="mex2" binding="mexHttpBinding" contract="IMetadataExchange"/>
          </service>
          <service name="T" behaviorConfiguration="named"/>
        </services>
        <protocolMapping><add scheme="http" binding="wsHttpBinding" bindingConfiguration="named"/></protocolMapping>
        """;

    private static readonly ServiceModelConfiguration Configuration = Configurations.Section(Sample);

    [Fact]
    public void Endpoint_WithoutConfiguration_HasTheBindingAndBehaviorWithoutName()
    {
        var endpoint = Configuration.GetClientEndpoint("a");

        var binding = endpoint.Binding!;
        Assert.Equal((11, ConfiguredSecurityMode.None), (binding.Transport.MaxReceivedMessageSize, binding.SecurityMode));
        Assert.Equal(1, endpoint.Behavior.MaxItemsInObjectGraph);
    }

    [Fact]
    public void Endpoint_WithConfiguration_HasThatAlone()
    {
        var endpoint = Configuration.GetClientEndpoint("b", "One");

        var binding = endpoint.Binding!;
        Assert.Equal((12, ConfiguredSecurityMode.Message), (binding.Transport.MaxReceivedMessageSize, binding.SecurityMode));
        Assert.Equal(2, endpoint.Behavior.MaxItemsInObjectGraph);
    }

    [Fact]
    public void Endpoint_OfAnyName_IsTheOnlyOneOfItsContract()
    {
        var endpoint = Configuration.GetClientEndpoint("*", "Two");

        Assert.Equal(new Uri("http://c/"), endpoint.Address);
        Assert.Equal("DNS other", endpoint.Identity!.ToEndpointIdentity().ToString());
        Assert.Equal("<h xmlns=\"urn:h\">1</h>", Assert.Single(endpoint.Headers));
        Assert.Same(endpoint, Configuration.GetClientEndpoint("", "Two"));
    }

    [Theory]
    [InlineData("*", "One", "2 endpoints have any name and the contract 'One'")]
    [InlineData("none", null, "0 endpoints have the name 'none'")]
    [InlineData("a", "Two", "0 endpoints have the name 'a' and the contract 'Two'")]
    public void Endpoint_ThatIsNotOne_IsAnErrorThatListsThem(string name, string? contract, string reason)
    {
        var refused = Assert.Throws<ServiceModelConfigurationException>(() => Configuration.GetClientEndpoint(name, contract));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains("'b' of 'One'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoint_OfABindingWithAProblem_IsRefused_AndOthersAreNot()
    {
        var refused = Assert.Throws<ServiceModelConfigurationException>(() => Configuration.GetClientEndpoint("wrong"));

        Assert.Equal("listenBacklog", Assert.Single(refused.Problems).Attribute);
        Assert.Equal("listenBacklog", Assert.Single(Configuration.Problems).Attribute);
        Configuration.GetClientEndpoint("a").EnsureUsable();
        Assert.Throws<ServiceModelConfigurationException>(Configuration.EnsureUsable);
    }

    [Fact]
    public void Service_HasItsHostEndpointsAndTheBehaviorWithoutName()
    {
        var service = Configuration.FindService("S")!;

        Assert.Equal([new Uri("http://s/base")], service.BaseAddresses.ToArray());
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)), (service.OpenTimeout, service.CloseTimeout));
        Assert.Equal((true, 5), (service.Behavior.Debug!.IncludeExceptionDetailInFaults, service.Behavior.Throttling!.MaxConcurrentCalls));
        Assert.Equal([false, true, true], service.Endpoints.Select(endpoint => endpoint.IsMetadataExchange));
        Assert.Equal(new Uri("http://s/base/x"), service.Endpoints[0].Resolve(service.BaseAddresses));
        Assert.Equal("IMetadataExchange", service.Endpoints[1].Contract);
        Assert.Equal(Configuration.DefaultServiceBehavior, service.Behavior);
    }

    [Fact]
    public void Service_WithABehavior_HasThatAlone()
    {
        var behavior = Configuration.FindService("T")!.Behavior;

        Assert.Null(behavior.Debug);
        Assert.True(behavior.Metadata!.HttpGetEnabled);
        Assert.Null(Configuration.FindService("U"));
    }

    [Fact]
    public void DefaultBinding_IsThatOfTheProtocolMapping()
    {
        Assert.Equal("named", Configuration.GetDefaultBinding("http")!.Name);
        Assert.Equal("netTcpBinding", Configuration.GetDefaultBinding("net.tcp")!.Kind);
        Assert.Null(Configuration.GetDefaultBinding("ftp"));
    }

    [Theory]
    [InlineData("binding='wsHttpBinding' bindingConfiguration='none'", "bindingConfiguration")]
    [InlineData("binding='wsHttpBinding' behaviorConfiguration='none'", "behaviorConfiguration")]
    [InlineData("binding='WSHttpBinding'", "binding")]
    [InlineData("binding='netMsmqBinding'", "binding")]
    [InlineData("", "binding")]
    [InlineData("binding='wsHttpBinding' address='https://x/'", "address")]
    [InlineData("binding='wsHttpBinding' address='x'", "address")]
    [InlineData("binding='wsHttpBinding' kind='udpDiscoveryEndpoint'", "kind")]
    public void Endpoint_ThatNamesWhatIsNotThere_IsAnErrorOfItsAttribute(string attributes, string attribute)
    {
        var configuration = Configurations.Section($"<client><endpoint name='a' {attributes}/></client>");

        var problem = Assert.Single(configuration.Problems);
        Assert.Equal((attribute, 3), (problem.Attribute, problem.Location.Line));
        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetClientEndpoint("a"));
    }

    [Fact]
    public void Problem_OfAnAttribute_HasItsOwnLine()
    {
        var configuration = Configurations.Section(
            "<client><endpoint name='a'\nbinding='wsHttpBinding'\nbindingConfiguration='none'\nsample='1'/></client>");

        Assert.Equal([("sample", 6), ("bindingConfiguration", 5)], configuration.Problems.Select(p => (p.Attribute!, p.Location.Line)));
    }

    [Fact]
    public void Endpoint_ThatStandsTwice_IsAnError()
    {
        var configuration = Configurations.Section(
            "<client><endpoint name='a' binding='wsHttpBinding'/>\n<endpoint name='a' binding='wsHttpBinding'/></client>");

        var problem = Assert.Single(configuration.Problems);
        Assert.Equal(4, problem.Location.Line);
    }

    [Theory]
    [InlineData("<userPrincipalName value='a@b'/>", "Upn a@b")]
    [InlineData("<servicePrincipalName value='host/a'/>", "Spn host/a")]
    [InlineData("<dns value='a'/>", "DNS a")]
    public void Identity_IsThatOfTheElement(string identity, string expected)
    {
        var configuration = Configurations.Section(
            $"<client><endpoint name='a' binding='wsHttpBinding'><identity>{identity}</identity></endpoint></client>");

        Assert.Equal(expected, configuration.GetClientEndpoint("a").Identity!.ToEndpointIdentity().ToString());
    }

    [Theory]
    [InlineData("<rsa value='AQAB'/>")]
    [InlineData("<certificate encodedValue='no base64'/>")]
    public void Identity_ThatIsNotOffered_IsRefusedInWords(string identity)
    {
        var configuration = Configurations.Section(
            $"<client><endpoint name='a' binding='wsHttpBinding'><identity>{identity}</identity></endpoint></client>");

        var endpoint = configuration.GetClientEndpoint("a");

        var refused = Assert.Throws<ServiceModelConfigurationException>(() => endpoint.Identity!.ToEndpointIdentity());
        Assert.Equal(3, Assert.Single(refused.Problems).Location.Line);
    }

    [Fact]
    public void Transport_HasTheSettingsOfTheBinding()
    {
        var binding = Configurations.Binding(
            "basicHttpBinding",
            "<readerQuotas maxDepth='5'/><security mode='Transport'><transport clientCredentialType='Certificate' realm='r'/></security>",
            "allowCookies='true' transferMode='Streamed' maxReceivedMessageSize='99' messageEncoding='Mtom' textEncoding='utf-16' "
                + "sendTimeout='Infinite' receiveTimeout='1.00:00:00' proxyAddress='http://p/' useDefaultWebProxy='false'");

        Assert.Empty(binding.Problems);
        Assert.Equal(
            new ConfiguredTransport
            {
                Kind = ConfiguredTransportKind.Https,
                ClientCredentialType = ConfiguredTransportCredential.Certificate,
                Realm = "r",
                MaxReceivedMessageSize = 99,
                TransferMode = ConfiguredTransferMode.Streamed,
                AllowCookies = true,
                ProxyAddress = new("http://p/"),
                UseDefaultWebProxy = false,
            },
            binding.Transport);
        Assert.Equal(
            new ConfiguredEncoding { Kind = ConfiguredEncodingKind.Mtom, WriteEncoding = "utf-16", ReaderQuotas = new() { MaxDepth = 5 } },
            binding.Encoding);
        Assert.Equal((TimeSpan.MaxValue, TimeSpan.FromDays(1)), (binding.SendTimeout, binding.ReceiveTimeout));
    }

    [Theory]
    [InlineData("<textMessageEncoding/>", "no transport")]
    [InlineData("<httpTransport/><tcpTransport/>", "more than one transport")]
    [InlineData("<httpTransport/><textMessageEncoding/>", "after the transport")]
    [InlineData("<textMessageEncoding/><binaryMessageEncoding/><httpTransport/>", "more than one encoding")]
    [InlineData("<security authenticationMode='MutualCertificate'/><reliableSession/><httpTransport/>", "stands below <security>")]
    [InlineData("<msmqTransport/>", "not offered")]
    [InlineData("<webMessageEncoding/><httpTransport/>", "not offered")]
    public void CustomBinding_ThatIsNoStack_IsAnError(string elements, string reason) =>
        Assert.Contains(
            Configurations.Binding("customBinding", elements).Problems,
            problem => problem.Reason.Contains(reason, StringComparison.Ordinal) && problem.Severity == ConfigurationProblemSeverity.Error);
}
