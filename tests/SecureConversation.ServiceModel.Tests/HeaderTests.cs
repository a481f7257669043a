using System.ServiceModel;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Header blocks of replies.</summary>
public sealed class HeaderTests
{
    [Fact]
    public async Task CanonicalForm_ReachesTheApplication_WithoutUnsignedHeaders()
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));
        service.EchoHeader = "<h:Trace xmlns:h='urn:h'>seen</h:Trace>";
        var security = Bootstraps.Client("MutualCertificate", session: true);
        security.HandOutCanonicalForm = true;
        var contradictory = Clients.Factory(Clients.Binding(security), service.Address);
        Assert.Contains("HandOutUnsignedHeaders", Assert.Throws<InvalidOperationException>(() => contradictory.CreateChannel()).Message, StringComparison.Ordinal);

        security.HandOutUnsignedHeaders = false;
        using var factory = Clients.Factory(Clients.Binding(security), service.Address);
        var proxy = factory.CreateChannel();
        using (new OperationContextScope((IContextChannel)proxy))
        {
            proxy.Echo("x");
            Assert.True(OperationContext.Current.IncomingMessageHeaders.FindHeader("Trace", "urn:h") < 0);
        }

        service.EchoHeader = null;
        Assert.Equal("x", proxy.Echo("x"));

        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task UnsignedHeaders_ReachTheApplicationUnlessToldOtherwise(bool session, bool handOut)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session));
        service.EchoHeader = "<h:Trace xmlns:h='urn:h'>seen</h:Trace>";
        var security = Bootstraps.Client("MutualCertificate", session);
        Assert.True(security.HandOutUnsignedHeaders);
        security.HandOutUnsignedHeaders = handOut;
        using var factory = Clients.Factory(Clients.Binding(security), service.Address);
        var proxy = factory.CreateChannel();
        using (new OperationContextScope((IContextChannel)proxy))
        {
            proxy.Echo("x");
            var headers = OperationContext.Current.IncomingMessageHeaders;
            Assert.Equal(handOut, headers.FindHeader("Trace", "urn:h") >= 0);
            Assert.Equal("urn:calc/ICalculator/EchoResponse", headers.Action);
        }

        ((IClientChannel)proxy).Close();
    }
}
