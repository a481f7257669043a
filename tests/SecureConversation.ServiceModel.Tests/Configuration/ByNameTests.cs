using System.Security.Principal;
using System.ServiceModel;
using System.ServiceModel.Security;
using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Configuration;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;
using EngineElement = SecureConversation.Binding.SecurityBindingElement;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>Clients by the name of their endpoint in a file, as on .NET Framework.</summary>
public sealed class ByNameTests
{
    private const string MutualSession = """
        <customBinding>
          <binding name="session">
            <security authenticationMode="SecureConversation" defaultAlgorithmSuite="Basic256Sha256">
              <secureConversationBootstrap authenticationMode="MutualCertificate" defaultAlgorithmSuite="Basic256Sha256" />
            </security>
            <textMessageEncoding />
            <httpTransport />
          </binding>
        </customBinding>
        """;

    private static EngineElement Session =>
        EngineElement.CreateSecureConversationBindingElement(
            EngineElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic256Sha256 })
        with
        { DefaultAlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic256Sha256 };

    [Fact]
    public async Task GeneratedProxy_CallsByName()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", service.Address, "customBinding"));
        ClientConfiguration.Default = files.Load();
        var client = new NamedClient("session");
        Assert.Equal(7, client.Add(3, 4));
        client.Close();
        Assert.Equal("Test client", service.Users.First());
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData("*")]
    [InlineData(null)]
    public async Task GeneratedProxy_CallsTheOnlyEndpointOfItsContract(string? name)
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(
            MutualSession,
            FileClient.Endpoint("session", service.Address, "customBinding"),
            FileClient.Endpoint("other", service.Address, "customBinding", contract: "Other").Replace("Configuration=\"other\"", "Configuration=\"session\"", StringComparison.Ordinal));
        ClientConfiguration.Default = files.Load();
        var client = name is null ? new NamedClient() : new NamedClient(name);
        Assert.Equal(7, client.Add(3, 4));
        client.Close();
    }

    [Fact]
    public async Task GeneratedProxy_CallsAnotherAddress()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", new Uri("http://nowhere.example/"), "customBinding"));
        ClientConfiguration.Default = files.Load();
        foreach (var client in new[] { new NamedClient("session", service.Address.AbsoluteUri), new NamedClient("session", new EndpointAddress(service.Address)) })
        {
            Assert.Equal(7, client.Add(3, 4));
            client.Close();
        }
    }

    [Fact]
    public async Task ChannelFactory_CallsByName()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", service.Address, "customBinding"));
        ClientConfiguration.Default = files.Load();
        using var factory = new SecureConversation.ServiceModel.Configuration.ChannelFactory<ICalculator>("session");
        var channel = factory.CreateChannel();
        Assert.Equal(7, channel.Add(3, 4));
        ((IClientChannel)channel).Close();
    }

    [Fact]
    public async Task Endpoint_GivesBindingAddressAndCredentialsInCode()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", service.Address, "customBinding"));
        var endpoint = files.Load().GetClientEndpoint("session");
        var client = new CalculatorClient(endpoint.ToBinding(), endpoint.ToEndpointAddress());
        endpoint.ApplyTo(client.Endpoint);
        Assert.Equal(7, client.Add(3, 4));
        client.Close();
    }

    [Theory]
    [InlineData("wsHttpBinding", "WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10")]
    [InlineData("ws2007HttpBinding", "WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10")]
    public async Task StandardBinding_OfAFile_Calls(string kind, string version)
    {
        var security = new EngineBinding.MessageSecurity { NegotiateServiceCredential = false, MessageSecurityVersion = EngineBinding.MessageSecurityVersion.Parse(version) };
        await using var service = await TestService.StartAsync(security.CreateSecurityBindingElement());
        using var files = new FileClient($"""
            <{kind}><binding name="standard"><security mode="Message"><message clientCredentialType="Certificate" negotiateServiceCredential="false" /></security></binding></{kind}>
            """, FileClient.Endpoint("standard", service.Address, kind));
        ClientConfiguration.Default = files.Load();
        var client = new NamedClient("standard");
        Assert.Equal(7, client.Add(3, 4));
        client.Close();
    }

    /// <summary>Certificates of services by files are judged: another authority is none.</summary>
    [Fact]
    public async Task ServiceOfAnotherAuthority_IsRefused()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", service.Address, "customBinding"));
        files.Replace("trustedRootsFileName=\"authority.pem\"", "trustedRootsFileName=\"service.pem\"");
        ClientConfiguration.Default = files.Load();
        var client = new NamedClient("session");
        var error = Assert.ThrowsAny<Exception>(() => client.Add(3, 4));
        Assert.Contains("certificate", error.ToString(), StringComparison.OrdinalIgnoreCase);
        client.Abort();
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Identity_OfAFile_IsRequired()
    {
        await using var service = await TestService.StartAsync(Session);
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", service.Address, "customBinding").Replace("/>", "><identity><dns value='other.example'/></identity></endpoint>", StringComparison.Ordinal));
        ClientConfiguration.Default = files.Load();
        var client = new NamedClient("session");
        var error = Assert.ThrowsAny<MessageSecurityException>(() => client.Add(3, 4));
        Assert.Contains("other.example", error.ToString(), StringComparison.Ordinal);
        client.Abort();
    }

    [Theory]
    [InlineData("nobody", "nobody")]
    [InlineData("", "")]
    public void UnknownName_IsRefusedWithTheFile(string name, string words)
    {
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", new Uri("http://localhost/"), "customBinding"));
        ClientConfiguration.Default = files.Load();
        var error = Assert.Throws<ServiceModelConfigurationException>(() => new NamedClient(name));
        Assert.Contains("app.config", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KerberosWithoutNegotiation_IsRefusedWithItsPlaceInTheFile()
    {
        using var files = new FileClient(
            "<wsHttpBinding><binding name='tickets'><security><message negotiateServiceCredential='false'/></security></binding></wsHttpBinding>",
            FileClient.Endpoint("tickets", new Uri("http://localhost/"), "wsHttpBinding"));
        ClientConfiguration.Default = files.Load();
        var error = Assert.Throws<ServiceModelConfigurationException>(() => new NamedClient("tickets"));
        Assert.Contains("app.config(", error.Message, StringComparison.Ordinal);
        Assert.Contains("binding[tickets]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", TokenImpersonationLevel.Identification, true)]
    [InlineData("<windows allowedImpersonationLevel='Delegation'/>", TokenImpersonationLevel.Delegation, true)]
    [InlineData("<windows allowNtlm='false'/>", TokenImpersonationLevel.Identification, false)]
    public void WindowsOfTheCredentials_AreThoseOfTheFile(string element, TokenImpersonationLevel level, bool allowsNtlm)
    {
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", new Uri("http://localhost/"), "customBinding"));
        files.Replace("<clientCredentials>", "<clientCredentials>" + element);
        ClientConfiguration.Default = files.Load();
        using var client = new NamedClient("session");
        var credentials = client.ClientCredentials!;
        Assert.Equal(level, credentials.Windows.AllowedImpersonationLevel);
        Assert.Equal(allowsNtlm, (credentials as MessageSecurityClientCredentials)?.AllowNtlm ?? true);
        Assert.Equal(TestCertificates.Client, credentials.ClientCertificate.Certificate);
        Assert.Single(client.Endpoint.EndpointBehaviors.OfType<System.ServiceModel.Description.ClientCredentials>());
    }

    [Fact]
    public void MissingCertificate_IsRefusedWithItsPlaceInTheFile()
    {
        using var files = new FileClient(MutualSession, FileClient.Endpoint("session", new Uri("http://localhost/"), "customBinding"));
        files.Replace("client.pfx", "gone.pfx");
        ClientConfiguration.Default = files.Load();
        var error = Assert.Throws<ServiceModelConfigurationException>(() => new NamedClient("session"));
        Assert.Contains("gone.pfx", error.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(error.Problems).Location.Line > 1);
    }

    /// <summary>What svcutil generates, with the name of the base class changed.</summary>
    private sealed class NamedClient : SecureConversation.ServiceModel.Configuration.ClientBase<ICalculator>
    {
        public NamedClient()
        {
        }

        public NamedClient(string endpointConfigurationName)
            : base(endpointConfigurationName)
        {
        }

        public NamedClient(string endpointConfigurationName, string remoteAddress)
            : base(endpointConfigurationName, remoteAddress)
        {
        }

        public NamedClient(string endpointConfigurationName, EndpointAddress remoteAddress)
            : base(endpointConfigurationName, remoteAddress)
        {
        }

        public double Add(double a, double b) => Channel.Add(a, b);
    }
}
