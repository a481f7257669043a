using System.Net;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Microsoft.AspNetCore.Http;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Channels that survive their session, where the binding says so, and the calls that are made once more for it.</summary>
public sealed class ReopenedSessionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RestartOfTheService_CostsOneCall_AndNoneThatIsIdempotent(bool isIdempotent)
    {
        var service = await StartAsync();
        using var factory = Factory(service, isIdempotent ? ["Add"] : []);
        var proxy = factory.CreateChannel();
        var channel = (IClientChannel)proxy;
        Assert.Equal(3, proxy.Add(1, 2));
        var first = channel.SessionId;
        await using var restarted = await RestartAsync(service);

        if (!isIdempotent)
        {
            var e = Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
            Assert.Equal("BadContextToken", Assert.IsType<FaultException>(e.InnerException).Code.SubCode.Name);
        }

        Assert.Equal(5, proxy.Add(2, 3));
        Assert.Equal((CommunicationState.Opened, 1), (channel.State, restarted.OpenSessions));
        Assert.NotEqual(first, channel.SessionId);
        channel.Close();
        Assert.Equal(0, restarted.OpenSessions);
    }

    [Fact]
    public async Task CallsAtOnce_OpenOneSessionTogether()
    {
        var service = await StartAsync();
        using var factory = Factory(service, ["Add", "AddAsync"]);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        await using var restarted = await RestartAsync(service);
        var asynchronous = Enumerable.Range(0, 16).Select(async i => Assert.Equal(i + 1, await proxy.AddAsync(i, 1)));
        var synchronous = Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () => Assert.Equal(i + 1, proxy.Add(i, 1)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll([.. asynchronous, .. synchronous]);
        Assert.Equal(1, restarted.OpenSessions);
        ((IClientChannel)proxy).Close();
    }

    /// <summary>Somebody on the way may answer for the service. A call is made twice at most, and only one that may be.</summary>
    [Theory]
    [InlineData("Add", 3)]
    [InlineData("Echo", 1)]
    public async Task ForgedFault_HasACallMadeTwiceAtMost(string operation, int requests)
    {
        await using var service = await StartAsync();
        using var factory = Factory(service, ["Add"]);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        var seen = 0;
        service.Intercept = async context =>
        {
            // The second one is the handshake, which passes.
            if (++seen == 2)
            {
                return false;
            }

            await ForgeAsync(context);
            return true;
        };
        Assert.Throws<MessageSecurityException>(() => operation == "Add" ? (object)proxy.Add(1, 2) : proxy.Echo("x"));
        Assert.Equal(requests, seen);
        service.Intercept = null;
        Assert.Equal("x", proxy.Echo("x"));
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task AnswerThatSaysNothingOfTheSession_RepeatsNothingAndEndsNoChannel(int status)
    {
        await using var service = await StartAsync();
        using var factory = Factory(service, ["Add"]);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        var calls = 0;
        service.Intercept = context =>
        {
            calls++;
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        Assert.ThrowsAny<CommunicationException>(() => proxy.Add(1, 2));
        Assert.Equal(1, calls);
        service.Intercept = null;
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    /// <summary>A service whose session store is away says that it is busy. It still has the session when the store is back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BusyService_AtARenewal_CostsNoChannelItsSession(bool reopens)
    {
        var element = Bootstraps.Service("MutualCertificate", session: true);
        await using var service = await TestService.StartAsync(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromSeconds(2) },
        });
        var security = Bootstraps.Client("MutualCertificate", session: true);
        security.ReopenLostSessions = reopens;
        using var factory = Clients.Factory(Clients.Binding(security), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        var id = ((IClientChannel)proxy).SessionId;
        await Task.Delay(TimeSpan.FromSeconds(2.1));

        var asked = 0;
        service.Intercept = async context =>
        {
            asked++;
            await ForgeAsync(context, "ServerTooBusy", "http://schemas.microsoft.com/ws/2006/05/security");
            return true;
        };
        Assert.Throws<ServerTooBusyException>(() => proxy.Add(1, 2));
        Assert.Equal(1, asked);
        service.Intercept = null;
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal((CommunicationState.Opened, id, 1), (((IClientChannel)proxy).State, ((IClientChannel)proxy).SessionId, service.OpenSessions));
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public async Task Abort_EndsAChannelThatHasNoSession()
    {
        var service = await StartAsync();
        using var factory = Factory(service, []);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        await using var restarted = await RestartAsync(service);
        Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
        ((IClientChannel)proxy).Abort();
        Assert.Equal(CommunicationState.Closed, ((IClientChannel)proxy).State);
    }

    [Fact]
    public async Task Close_EndsAChannelThatHasNoSession()
    {
        var service = await StartAsync();
        using var factory = Factory(service, []);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        await using var restarted = await RestartAsync(service);
        Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal(CommunicationState.Closed, ((IClientChannel)proxy).State);
    }

    [Fact]
    public async Task Attribute_MarksAnOperation()
    {
        var service = await StartAsync();
        using var factory = Clients.Factory<IMarked>(Binding(), new EndpointAddress(service.Address));
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        await using var restarted = await RestartAsync(service);
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public async Task UnknownOperation_AndBindingWithoutSession_AreRefusedInWords()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        Assert.Contains("no operation 'Subtract'", Assert.Throws<ArgumentException>(() => factory.Endpoint.MarkIdempotent("Subtract")).Message, StringComparison.Ordinal);
        var element = Bootstraps.Client("MutualCertificate", session: false);
        element.ReopenLostSessions = true;
        var single = Clients.Factory(Clients.Binding(element), service.Address);
        Assert.Contains("ReopenLostSessions", Assert.Throws<InvalidOperationException>(() => single.CreateChannel()).Message, StringComparison.Ordinal);
        single.Abort();
        Assert.True(((MessageSecurityBindingElement)element.Clone()).ReopenLostSessions);
        var dropIn = new WSHttpBinding(SecurityMode.Message) { ReopenLostSessions = true };
        dropIn.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        dropIn.Security.Message.NegotiateServiceCredential = false;
        Assert.True(dropIn.CreateBindingElements().Find<MessageSecurityBindingElement>().ReopenLostSessions);
    }

    private static ChannelFactory<ICalculator> Factory(TestService service, string[] idempotent)
    {
        var factory = Clients.Factory(Binding(), service.Address);
        factory.Endpoint.MarkIdempotent(idempotent.Where(name => factory.Endpoint.Contract.Operations.Find(name) is not null).ToArray());
        return factory;
    }

    private static CustomBinding Binding()
    {
        var element = Bootstraps.Client("MutualCertificate", session: true);
        element.ReopenLostSessions = true;
        return Clients.Binding(element);
    }

    private static Task<TestService> StartAsync() => TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));

    private static async Task<TestService> RestartAsync(TestService service)
    {
        var port = service.Address.Port;
        await service.DisposeAsync();
        return await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true), port: port);
    }

    private static async Task ForgeAsync(
        HttpContext context, string subcode = "BadContextToken", string ns = "http://schemas.xmlsoap.org/ws/2005/02/sc")
    {
        context.Response.StatusCode = (int)HttpStatusCode.InternalServerError;
        context.Response.ContentType = "application/soap+xml; charset=utf-8";
        await context.Response.WriteAsync(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
            + $"<s:Value xmlns:c=\"{ns}\">c:{subcode}</s:Value></s:Subcode></s:Code>"
            + "<s:Reason><s:Text xml:lang=\"en\">forged</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>");
    }

    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    public interface IMarked
    {
        [OperationContract, Idempotent]
        double Add(double a, double b);
    }
}
