using System.ServiceModel;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Header blocks of replies.</summary>
public sealed class HeaderTests
{
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
