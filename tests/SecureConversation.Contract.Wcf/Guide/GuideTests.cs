using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Wcf.Guide;

using SecureConversation.ServiceModel;

/// <summary>Lines of docs/migrating-from-wcf.md as code between the two stacks.</summary>
public sealed class GuideTests
{
    [Fact]
    public async Task SharedContract_HasItsLevelsOnBothSides()
    {
        await using var app = await OrdersService.StartAsync(isUserName: false);
        using var factory = Factory(app.Urls.First(), isUserName: false, EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Service));
        factory.Endpoint.UseProtectionLevels();
        var orders = factory.CreateChannel();
        var order = orders.Place(new OrderMessage { Route = "r", Customer = "c", Item = "i" });
        Assert.Equal(("r", "c", "i"), (order.Route, order.Customer, order.Item));
        Assert.Equal("open", orders.Open("open"));
        var who = orders.Secret("x").Split('|');
        Assert.Contains("CN=Test client", who[0], StringComparison.Ordinal);
        Assert.Equal(((IContextChannel)orders).SessionId, who[1]);
        Assert.Equal(who[1], who[2]);
        Assert.Equal("because", Assert.Throws<FaultException<OrderFault>>(() => orders.Fail("because")).Detail.Reason);
        ((IClientChannel)orders).Close();
    }

    /// <summary>A channel that nobody told of the contract asks for more than the service wants, and says what may be missing.</summary>
    [Fact]
    public async Task SharedContract_OfWhichTheChannelIsNotTold_IsRefusedWithTheRemedy()
    {
        await using var app = await OrdersService.StartAsync(isUserName: false);
        var factory = Factory(app.Urls.First(), isUserName: false, EndpointIdentity.CreateDnsIdentity("localhost"));
        var orders = factory.CreateChannel();
        var e = Assert.Throws<MessageSecurityException>(() => orders.Open("x"));
        Assert.Contains("UseProtectionLevels", e.Message, StringComparison.Ordinal);
        factory.Abort();
    }

    [Fact]
    public async Task FaultOfAValidator_ReachesTheCallerAsInWcf()
    {
        await using var app = await OrdersService.StartAsync(isUserName: true);
        var factory = Factory(app.Urls.First(), isUserName: true, EndpointIdentity.CreateDnsIdentity("localhost"));
        factory.Endpoint.UseProtectionLevels();
        factory.Credentials.UserName.Password = "wrong";
        var e = Assert.Throws<SecurityNegotiationException>(() => factory.CreateChannel().Open("x"));
        var fault = Assert.IsType<FaultException>(e.InnerException);
        Assert.Equal("Unknown user or wrong password.", fault.Message);
        Assert.True(fault.Code.IsSenderFault);
        Assert.Equal(("Locked", "urn:accounts"), (fault.Code.SubCode.Name, fault.Code.SubCode.Namespace));
        factory.Abort();
    }

    private static ChannelFactory<ISharedOrders> Factory(string url, bool isUserName, EndpointIdentity identity)
    {
        var binding = new WS2007HttpBinding(SecurityMode.Message);
        binding.Security.Message.EstablishSecurityContext = true;
        binding.Security.Message.ClientCredentialType = isUserName ? MessageCredentialType.UserName : MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;
        var address = new EndpointAddress(new Uri(url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/orders"), identity);
        var factory = new ChannelFactory<ISharedOrders>(binding, address);
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        factory.Credentials.UserName.UserName = "alice";
        factory.Credentials.UserName.Password = "right";
        factory.Credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        return factory;
    }
}
