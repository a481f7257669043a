using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Microsoft.AspNetCore.Http;
using SecureConversation.ServiceModel.Tests.Support;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Encoders, versions, transfer modes, timeouts and what goes wrong below message security.</summary>
public sealed class TransportTests
{
    public static TheoryData<string, bool> Versions
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var version in EngineBinding.MessageVersion.All)
            {
                data.Add(version.Name, false);
                if (version.Addressing != EngineBinding.AddressingVersion.None)
                {
                    data.Add(version.Name, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task VersionsOfSoapAndAddressing_AreSpoken(string name, bool session)
    {
        var version = EngineBinding.MessageVersion.All.Single(v => v.Name == name);
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session), version);
        var encoder = Clients.Text((MessageVersion)typeof(MessageVersion).GetProperty(name)!.GetValue(null)!);
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session), encoder), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal("x", await proxy.EchoAsync("x"));
        proxy.Notify("y");
        Assert.Equal("zero", Assert.Throws<FaultException<MathFault>>(() => proxy.Divide(1, 0)).Detail.Reason);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    public async Task OtherCharsets_AreSpoken(string charset, bool session)
    {
        await using var service = await StartAsync(session);
        var encoder = new TextMessageEncodingBindingElement(MessageVersion.Soap12WSAddressing10, System.Text.Encoding.GetEncoding(charset));
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session), encoder), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal("h\u00e9 \u4f60", proxy.Echo("h\u00e9 \u4f60"));
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(true, TransferMode.Buffered)]
    [InlineData(false, TransferMode.Buffered)]
    [InlineData(true, TransferMode.Streamed)]
    public async Task BinaryEncoder_Works(bool session, TransferMode mode)
    {
        await using var service = await StartAsync(session);
        service.IsBinary = true;
        var encoder = new BinaryMessageEncodingBindingElement();
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session), encoder, http => http.TransferMode = mode), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal("a\rb\nc\td <&> \u00e9", await proxy.EchoAsync("a\rb\nc\td <&> \u00e9"));
        proxy.Notify("y");
        Assert.Throws<FaultException<MathFault>>(() => proxy.Divide(1, 0));
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData(TransferMode.Buffered, true, false)]
    [InlineData(TransferMode.Streamed, true, false)]
    [InlineData(TransferMode.StreamedRequest, true, false)]
    [InlineData(TransferMode.StreamedResponse, true, false)]
    [InlineData(TransferMode.Buffered, false, true)]
    [InlineData(TransferMode.Streamed, false, true)]
    public async Task LargeMessages_ArriveInEveryTransferModeOverHttpAndHttps(TransferMode mode, bool session, bool https)
    {
        await using var service = await TestService.StartAsync(options => options.Binding = Bootstraps.Service("MutualCertificate", session), https: https);
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session), transport: http => http.TransferMode = mode, https: https), service.Address);
        var proxy = factory.CreateChannel();
        var large = string.Create(8 * 1024 * 1024, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });
        Assert.Equal(large, proxy.Echo(large));
        Assert.Equal(large, await proxy.EchoAsync(large));
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    /// <summary>Whoever reads waits for the network, and a service may let clients wait.</summary>
    [Theory]
    [InlineData(TransferMode.Streamed, true)]
    [InlineData(TransferMode.Streamed, false)]
    [InlineData(TransferMode.StreamedResponse, false)]
    public async Task StreamedRepliesToAsynchronousCalls_AreNotReadOnThePool(TransferMode mode, bool session)
    {
        await using var service = await StartAsync(session);
        var encoder = new ReadObserver(Clients.Text(MessageVersion.Soap12WSAddressing10));
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session), encoder, http => http.TransferMode = mode), service.Address);
        var proxy = factory.CreateChannel();
        var large = new string('x', 1024 * 1024);
        Assert.Equal(large, await proxy.EchoAsync(large));
        Assert.False(ReadObserver.IsPoolThread);
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public async Task QuotasOfTheEncoder_HoldForWhatWasDecrypted()
    {
        await using var service = await StartAsync(session: true);
        var encoder = Clients.Text(MessageVersion.Soap12WSAddressing10);
        encoder.ReaderQuotas.MaxStringContentLength = 1000;
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true), encoder), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(900, proxy.Echo(new string('x', 900)).Length);
        Assert.ThrowsAny<CommunicationException>(() => proxy.Echo(new string('x', 1100)));
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public async Task RepliesAboveMaxReceivedMessageSize_AreTheTransportsToRefuse()
    {
        await using var service = await StartAsync(session: true);
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true), transport: http =>
        {
            http.MaxReceivedMessageSize = 65536;
            http.MaxBufferSize = 65536;
        }), service.Address);
        var proxy = factory.CreateChannel();
        Assert.ThrowsAny<CommunicationException>(() => proxy.Echo(new string('x', 100_000)));
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(TransferMode.Buffered)]
    [InlineData(TransferMode.Streamed)]
    public async Task HeadersOfTheAddress_TravelOnceAndViaIsWhereItGoes(TransferMode mode)
    {
        // As in WCF, a service with a logical address has to know it.
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service("MutualCertificate", session: true);
            options.Address = new Uri("http://localhost/logical");
        });
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        service.Intercept = async context =>
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
            seen.Enqueue(await reader.ReadToEndAsync());
            context.Request.Body.Position = 0;
            return false;
        };
        var logical = new EndpointAddress(new Uri("http://localhost/logical"), AddressHeader.CreateAddressHeader("Tenant", "urn:x", "blue"));
        using var factory = Clients.Factory<ICalculator>(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true), transport: http => http.TransferMode = mode), logical);
        var proxy = factory.CreateChannel(logical, service.Address);
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        var calls = seen.Where(s => s.Contains("Tenant", StringComparison.Ordinal)).ToList();
        Assert.Single(Assert.Single(calls).Split("<Tenant").Skip(1));
        Assert.Contains("http://localhost/logical", calls[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SlowServices_RunIntoSendTimeout(bool session)
    {
        await using var service = await StartAsync(session);
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session));
        binding.SendTimeout = TimeSpan.FromMilliseconds(500);
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();
        await Assert.ThrowsAsync<TimeoutException>(() => proxy.HoldAsync("x"));
        service.Release.TrySetResult();
        ((IClientChannel)proxy).OperationTimeout = TimeSpan.FromSeconds(30);
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public async Task Handshakes_RunIntoOpenTimeoutAndCancelsIntoCloseTimeout()
    {
        await using var service = await StartAsync(session: true);
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session: true));
        binding.OpenTimeout = TimeSpan.FromMilliseconds(500);
        binding.CloseTimeout = TimeSpan.FromMilliseconds(500);
        var factory = Clients.Factory(binding, service.Address);
        var good = (IClientChannel)factory.CreateChannel();
        good.Open(TimeSpan.FromSeconds(30));
        service.Intercept = async context =>
        {
            await service.Release.Task.WaitAsync(context.RequestAborted);
            return true;
        };
        Assert.Throws<TimeoutException>(((IClientChannel)factory.CreateChannel()).Open);
        var asynchronous = (IClientChannel)factory.CreateChannel();
        await Assert.ThrowsAsync<TimeoutException>(() => Task.Factory.FromAsync(asynchronous.BeginOpen, asynchronous.EndOpen, null));
        Assert.Throws<TimeoutException>(good.Close);
        Assert.Equal(CommunicationState.Closed, good.State);
        factory.Abort();
    }

    [Theory]
    [InlineData(TransferMode.Buffered)]
    [InlineData(TransferMode.Streamed)]
    public async Task ReplyThatStopsOnItsWay_RunsIntoSendTimeout(TransferMode mode)
    {
        await using var service = await StartAsync(session: false);
        service.Intercept = async context =>
        {
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body><x>" + new string('x', 100_000));
            await context.Response.Body.FlushAsync();
            await service.Release.Task.WaitAsync(context.RequestAborted);
            return true;
        };
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session: false), transport: http => http.TransferMode = mode);
        binding.SendTimeout = TimeSpan.FromSeconds(1);
        var factory = Clients.Factory(binding, service.Address);
        var call = Task.Run(() => factory.CreateChannel().Add(1, 2));
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)));
        await Assert.ThrowsAsync<TimeoutException>(() => factory.CreateChannel().AddAsync(1, 2).WaitAsync(TimeSpan.FromSeconds(20)));
        factory.Abort();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TroubleOfTheTransport_KeepsItsException(bool session)
    {
        await using var service = await StartAsync(session);
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session));
        var nobody = Clients.Factory(binding, new Uri("http://localhost:1/x"));
        // What the stack makes of a refused connection differs by platform.
        Assert.IsNotAssignableFrom<MessageSecurityException>(Assert.ThrowsAny<CommunicationException>(() => nobody.CreateChannel().Add(1, 2)));
        Assert.IsNotAssignableFrom<MessageSecurityException>(await Assert.ThrowsAnyAsync<CommunicationException>(() => nobody.CreateChannel().AddAsync(1, 2)));
        nobody.Abort();

        var elsewhere = Clients.Factory(binding, new Uri(service.Address, "/elsewhere"));
        Assert.Throws<EndpointNotFoundException>(() => elsewhere.CreateChannel().Add(1, 2));
        elsewhere.Abort();

        Assert.IsType<ProtocolException>(await AnsweredBy(service, binding, "text/html", "<html/>"));
        Assert.IsAssignableFrom<CommunicationException>(await AnsweredBy(service, binding, "application/soap+xml; charset=utf-8", "no XML"));
        Assert.IsType(session ? typeof(SecurityNegotiationException) : typeof(ProtocolException), await AnsweredBy(service, binding, null, "", 202));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RepliesWithoutSecurity_AreRefused(bool session)
    {
        await using var service = await StartAsync(session);
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session));
        var expected = session ? typeof(SecurityNegotiationException) : typeof(MessageSecurityException);
        var plain = await AnsweredBy(service, binding, "application/soap+xml; charset=utf-8",
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><AddResponse xmlns=\"urn:calc\"/></s:Body></s:Envelope>");
        Assert.IsType(expected, plain);
        Assert.IsType<SecureConversationException>(plain.InnerException);
        var fault = await AnsweredBy(service, binding, "application/soap+xml; charset=utf-8",
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
            + "<s:Reason><s:Text xml:lang=\"en\">forged</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>", 500);
        Assert.IsType(expected, fault);
        Assert.Equal("forged", Assert.IsType<FaultException>(fault.InnerException).Message);
    }

    [Fact]
    public void NetTcp_WithoutSession_IsRefusedInWords()
    {
        var binding = new CustomBinding(Bootstraps.Client("MutualCertificate", session: false), new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement());
        var factory = Clients.Factory(binding, new Uri("net.tcp://localhost:1/x"));
        Assert.Contains("CreateSecureConversationBindingElement", Assert.Throws<InvalidOperationException>(() => factory.CreateChannel()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NetTcp_ThatReopensSessions_IsRefusedInWords()
    {
        var element = Bootstraps.Client("MutualCertificate", session: true);
        element.ReopenLostSessions = true;
        var binding = new CustomBinding(element, new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement());
        var factory = Clients.Factory(binding, new Uri("net.tcp://localhost:1/x"));
        Assert.Contains("ReopenLostSessions", Assert.Throws<InvalidOperationException>(() => factory.CreateChannel()).Message, StringComparison.Ordinal);
    }

    private static Task<TestService> StartAsync(bool session) => TestService.StartAsync(Bootstraps.Service("MutualCertificate", session));

    private static async Task<Exception> AnsweredBy(TestService service, System.ServiceModel.Channels.Binding binding, string? contentType, string body, int status = 200)
    {
        service.Intercept = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            await context.Response.WriteAsync(body);
            return true;
        };
        var factory = Clients.Factory(binding, service.Address);
        var e = Assert.ThrowsAny<Exception>(() => factory.CreateChannel().Add(1, 2));
        var asynchronous = await Assert.ThrowsAnyAsync<Exception>(() => factory.CreateChannel().AddAsync(1, 2));
        Assert.Equal(e.GetType(), asynchronous.GetType());
        factory.Abort();
        return e;
    }
}
