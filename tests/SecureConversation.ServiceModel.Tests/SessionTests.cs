using System.Reflection;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Microsoft.AspNetCore.Http;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>The life of session channels.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Channel_ShowsTheIdOfItsSession()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory<ISessionCalculator>(Binding(), new EndpointAddress(service.Address));
        var first = (IContextChannel)factory.CreateChannel();
        var second = (IContextChannel)factory.CreateChannel();
        first.Open();
        ((ISessionCalculator)second).Add(1, 2);
        Assert.StartsWith("urn:uuid:", first.SessionId, StringComparison.Ordinal);
        Assert.StartsWith("urn:uuid:", second.SessionId, StringComparison.Ordinal);
        Assert.NotEqual(first.SessionId, second.SessionId);
        Assert.Equal(first.SessionId, first.OutputSession.Id);
        first.Close();
        second.Close();
    }

    [Fact]
    public async Task ChannelWithoutSession_HasNoId()
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: false));
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session: false)), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Null(((IContextChannel)proxy).SessionId);
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData("Close")]
    [InlineData("BeginClose")]
    [InlineData("Dispose")]
    [InlineData("Factory")]
    [InlineData("FactoryBeginClose")]
    public async Task Closing_CancelsTheSession(string how)
    {
        await using var service = await StartAsync();
        var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        ((ICalculator)proxy).Add(1, 2);
        Assert.Equal(1, service.OpenSessions);
        switch (how)
        {
            case "Close":
                proxy.Close();
                break;
            case "BeginClose":
                await Task.Factory.FromAsync(proxy.BeginClose, proxy.EndClose, null);
                break;
            case "Dispose":
                proxy.Dispose();
                break;
            case "Factory":
                factory.Close();
                break;
            default:
                await Task.Factory.FromAsync(factory.BeginClose, factory.EndClose, null);
                break;
        }

        Assert.Equal(0, service.OpenSessions);
        Assert.Equal(CommunicationState.Closed, proxy.State);
    }

    [Fact]
    public async Task GeneratedClient_OpensCallsAndClosesAsynchronously()
    {
        await using var service = await StartAsync();
        var client = new CalculatorClient(Binding(), new EndpointAddress(service.Address));
        Clients.SetUp(client.ClientCredentials);
        await Task.Factory.FromAsync(((ICommunicationObject)client).BeginOpen, ((ICommunicationObject)client).EndOpen, null);
        Assert.StartsWith("urn:uuid:", client.InnerChannel.SessionId, StringComparison.Ordinal);
        Assert.Equal(3, await client.AddAsync(1, 2));
        Assert.Equal("x", client.Echo("x"));
        await client.CloseAsync();
        Assert.Equal(0, service.OpenSessions);
    }

    [Fact]
    public async Task Abort_TellsTheServiceNothing()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        ((ICalculator)proxy).Add(1, 2);
        proxy.Abort();
        Assert.Equal(CommunicationState.Closed, proxy.State);
        Assert.Equal(1, service.OpenSessions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AbortWhileTheHandshakeCompletes_EndsTheSession(bool asynchronous)
    {
        await using var service = await StartAsync();
        IRequestSessionChannel? channel = null;
        var security = Bootstraps.Client("MutualCertificate", session: true);
        RecordedLog.Current.Logged += entry => (entry.Category == "SecureConversation.Client" && entry.Text.Contains("urn:uuid", StringComparison.Ordinal) ? channel : null)?.Abort();
        channel = Raw(Clients.Binding(security), service, out var factory);
        await Assert.ThrowsAsync<CommunicationObjectAbortedException>(async () =>
        {
            if (asynchronous)
            {
                await Task.Factory.FromAsync(channel.BeginOpen, channel.EndOpen, null);
            }
            else
            {
                channel.Open();
            }
        });
        Assert.Equal(CommunicationState.Closed, channel.State);
        var session = channel.GetType().BaseType!.GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Select(field => field.GetValue(channel)).OfType<ClientSession>().Single();
        Assert.True(session.IsClosed);
        factory.Close();
    }

    [Fact]
    public async Task Abort_EndsACallUnderWay()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        var call = ((ICalculator)proxy).HoldAsync("x");
        await service.Held.Task.WaitAsync(TimeSpan.FromSeconds(30));
        proxy.Abort();
        await Assert.ThrowsAnyAsync<CommunicationException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Closing_WaitsForCallsUnderWay()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var channel = Raw(factory.Endpoint.Binding, service, out var inner);
        channel.Open();
        var message = Message.CreateMessage(MessageVersion.Soap12WSAddressing10, "urn:calc/ICalculator/Hold", new Hold("x"));
        message.Headers.MessageId = new System.Xml.UniqueId();
        var call = Task.Factory.FromAsync(channel.BeginRequest, channel.EndRequest, message, null);
        await service.Held.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var close = Task.Factory.FromAsync(channel.BeginClose, channel.EndClose, null);
        Assert.False(close.IsCompleted);
        service.Release.SetResult();
        using var reply = await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(reply.IsFault);
        await close.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, service.OpenSessions);
        inner.Close();
    }

    [Fact]
    public async Task ClosingWithACallUnderWay_TimesOut()
    {
        await using var service = await StartAsync();
        var channel = Raw(Binding(), service, out var factory);
        channel.Open();
        var message = Message.CreateMessage(MessageVersion.Soap12WSAddressing10, "urn:calc/ICalculator/Hold", new Hold("x"));
        message.Headers.MessageId = new System.Xml.UniqueId();
        var call = Task.Factory.FromAsync(channel.BeginRequest, channel.EndRequest, message, null);
        await service.Held.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Throws<TimeoutException>(() => channel.Close(TimeSpan.FromMilliseconds(50)));
        await Assert.ThrowsAnyAsync<CommunicationException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        factory.Abort();
    }

    [Fact]
    public async Task ConcurrentCalls_ShareTheChannel()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = factory.CreateChannel();
        ((IClientChannel)proxy).Open();
        var asynchronous = Enumerable.Range(0, 32).Select(async i =>
        {
            for (var n = 0; n < 8; n++)
            {
                Assert.Equal(i + n, await proxy.AddAsync(i, n));
            }
        });
        // Threads of their own, for the stack blocks those that call it synchronously.
        var synchronous = Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(() =>
        {
            for (var n = 0; n < 8; n++)
            {
                Assert.Equal(i + n, proxy.Add(i, n));
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll([.. asynchronous, .. synchronous]);
        Assert.Equal(1, service.OpenSessions);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Fact]
    public async Task RestartOfTheService_FaultsTheChannelAndANewOneRecovers()
    {
        var service = await StartAsync();
        var port = service.Address.Port;
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        var isFaulted = false;
        proxy.Faulted += (_, _) => isFaulted = true;
        ((ICalculator)proxy).Add(1, 2);
        await service.DisposeAsync();
        await using var restarted = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true), port: port);

        var e = Assert.Throws<MessageSecurityException>(() => ((ICalculator)proxy).Add(1, 2));
        var fault = Assert.IsType<FaultException>(e.InnerException);
        Assert.Equal("BadContextToken", fault.Code.SubCode.Name);
        Assert.True(isFaulted);
        Assert.Equal(CommunicationState.Faulted, proxy.State);
        Assert.Throws<CommunicationObjectFaultedException>(() => ((ICalculator)proxy).Add(1, 2));
        Assert.Throws<CommunicationObjectFaultedException>(proxy.Close);
        proxy.Abort();

        var again = factory.CreateChannel();
        Assert.Equal(3, again.Add(1, 2));
        ((IClientChannel)again).Close();
    }

    [Fact]
    public async Task ServiceThatStops_OpensNoChannelAndFinishesTheCallsOfOthers()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = factory.CreateChannel();
        ((IClientChannel)proxy).Open();
        service.AnnounceStop();

        var refused = (IClientChannel)factory.CreateChannel();
        Assert.Throws<EndpointNotFoundException>(refused.Open);
        refused.Abort();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Fact]
    public async Task ExpiredKeyThatIsNotRenewed_FaultsTheChannelBeforeTheServiceIsAsked()
    {
        var element = Bootstraps.Service("MutualCertificate", session: true);
        await using var service = await TestService.StartAsync(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromSeconds(2) },
        });
        var security = Bootstraps.Client("MutualCertificate", session: true);
        security.LocalClientSettings.MaxClockSkew = TimeSpan.Zero;
        security.CanRenewSession = false;
        using var factory = Clients.Factory(Clients.Binding(security), service.Address);
        var proxy = factory.CreateChannel();
        ((IClientChannel)proxy).Open();
        service.Intercept = _ => throw new InvalidOperationException("Nothing is sent.");
        await Task.Delay(TimeSpan.FromSeconds(2.1));

        var e = Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));

        Assert.Equal(FailureCode.ContextKeyExpired, Assert.IsType<SecureConversationException>(e.InnerException).Code);
        Assert.Contains("expired", e.Message, StringComparison.Ordinal);
        Assert.Equal(CommunicationState.Faulted, ((IClientChannel)proxy).State);
        ((IClientChannel)proxy).Abort();
    }

    /// <summary>A restarted service can say it in no other way, so whoever sends the fault ends the channel, as in WCF, and nothing else.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ForgedFaultThatTheSessionIsUnknown_FaultsTheChannelForLaterCallsOnly(bool asynchronous)
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = factory.CreateChannel();
        var other = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(3, other.Add(1, 2));
        var underWay = proxy.HoldAsync("x");
        await service.Held.Task.WaitAsync(TimeSpan.FromSeconds(30));

        service.Intercept = Forge;
        var e = asynchronous
            ? await Assert.ThrowsAsync<MessageSecurityException>(() => proxy.AddAsync(1, 2))
            : Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
        Assert.Equal("forged", Assert.IsType<FaultException>(e.InnerException).Message);
        service.Intercept = null;
        Assert.Equal(CommunicationState.Faulted, ((IClientChannel)proxy).State);
        Assert.Throws<CommunicationObjectFaultedException>(() => proxy.Add(1, 2));

        service.Release.SetResult();
        Assert.Equal("x", await underWay.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(2, service.OpenSessions);
        Assert.Equal(3, other.Add(1, 2));
        ((IClientChannel)proxy).Abort();
        ((IClientChannel)other).Close();
        var again = factory.CreateChannel();
        Assert.Equal(3, again.Add(1, 2));
        ((IClientChannel)again).Close();
    }

    [Fact]
    public async Task SessionThatTheServiceForgot_ClosesWithoutComplaint()
    {
        var service = await StartAsync();
        var port = service.Address.Port;
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        ((ICalculator)proxy).Add(1, 2);
        await service.DisposeAsync();
        await using var restarted = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true), port: port);
        proxy.Close();
        Assert.Equal(CommunicationState.Closed, proxy.State);
    }

    [Fact]
    public async Task LifeOfASession_IsLogged()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = factory.CreateChannel();
        proxy.Add(1, 2);
        ((IClientChannel)proxy).Close();
        Assert.Equal([500, 502], RecordedLog.Current.Entries.Select(entry => entry.Id).Where(id => id is >= 500 and < 600));
    }

    [Fact]
    public async Task Factory_OpensAndServesManyChannels()
    {
        await using var service = await StartAsync();
        var factory = Clients.Factory(Binding(), service.Address);
        await Task.Factory.FromAsync(factory.BeginOpen, factory.EndOpen, null);
        for (var i = 0; i < 3; i++)
        {
            var proxy = factory.CreateChannel();
            Assert.Equal(i, proxy.Add(i, 0));
            ((IClientChannel)proxy).Close();
        }

        factory.Close();
        Assert.Equal(0, service.OpenSessions);
    }

    private static async Task<bool> Forge(HttpContext context)
    {
        context.Response.StatusCode = 500;
        context.Response.ContentType = "application/soap+xml; charset=utf-8";
        await context.Response.WriteAsync(
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>"
            + "<s:Subcode><s:Value xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">c:BadContextToken</s:Value></s:Subcode></s:Code>"
            + "<s:Reason><s:Text xml:lang=\"en\">forged</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>");
        return true;
    }

    /// <summary>What a service that has forgotten the session answers, whichever stack it has: WCF nothing, CXF a fault of its own.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(500)]
    public async Task AnswerWithoutSecurity_FaultsTheChannelForLaterCalls(int status)
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = factory.CreateChannel();
        proxy.Add(1, 2);
        service.Intercept = context => AnswerAsync(context, status);
        var e = Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
        Assert.DoesNotContain("OneWay", e.Message, StringComparison.Ordinal);
        Assert.Equal(CommunicationState.Faulted, ((IClientChannel)proxy).State);
        ((IClientChannel)proxy).Abort();

        service.Intercept = null;
        var next = factory.CreateChannel();
        Assert.Equal(3, next.Add(1, 2));
        ((IClientChannel)next).Close();
    }

    [Fact]
    public async Task EmptyAnswerToTheHandshake_MeansThatTheServiceIsOfAnotherKind()
    {
        await using var service = await StartAsync();
        service.Intercept = context => AnswerAsync(context, 200);
        var factory = Clients.Factory(Binding(), service.Address);
        var e = Assert.Throws<SecurityNegotiationException>(() => ((IClientChannel)factory.CreateChannel()).Open());
        factory.Abort();
        Assert.Contains("EstablishSecurityContext", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyAnswerToTheCancel_ClosesTheChannel()
    {
        await using var service = await StartAsync();
        using var factory = Clients.Factory(Binding(), service.Address);
        var proxy = (IClientChannel)factory.CreateChannel();
        proxy.Open();
        service.Intercept = context => AnswerAsync(context, 200);
        proxy.Close();
        Assert.Equal(CommunicationState.Closed, proxy.State);
    }

    private static async Task<bool> AnswerAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        if (status == 500)
        {
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync(
                "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
                + "<s:Reason><s:Text xml:lang=\"en\">An error was discovered processing the header</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>");
        }

        return true;
    }

    private static Task<TestService> StartAsync() => TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));

    private static CustomBinding Binding() => Clients.Binding(Bootstraps.Client("MutualCertificate", session: true));

    // Below the proxy, which waits for its calls itself.
    private static IRequestSessionChannel Raw(System.ServiceModel.Channels.Binding binding, TestService service, out IChannelFactory<IRequestSessionChannel> factory)
    {
        var credentials = new System.ServiceModel.Description.ClientCredentials();
        Clients.SetUp(credentials);
        factory = binding.BuildChannelFactory<IRequestSessionChannel>(credentials);
        factory.Open();
        return factory.CreateChannel(new EndpointAddress(service.Address));
    }

    private sealed class Hold(string text) : BodyWriter(isBuffered: true)
    {
        protected override void OnWriteBodyContents(System.Xml.XmlDictionaryWriter writer)
        {
            writer.WriteStartElement("Hold", "urn:calc");
            writer.WriteElementString("text", "urn:calc", text);
            writer.WriteEndElement();
        }
    }
}
