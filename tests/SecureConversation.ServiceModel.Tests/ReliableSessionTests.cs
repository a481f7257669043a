using System.Net.Security;
using System.ServiceModel;
using System.ServiceModel.Channels;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>The reliable sessions of the stack, whose messages message security protects.</summary>
public sealed class ReliableSessionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_GoThroughASequenceOfTheirSecuritySession(bool is11)
    {
        var calculator = new SequencedCalculator(is11);
        await using var service = await StartAsync(calculator, is11);
        using var factory = Clients.Factory(Custom(is11), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        proxy.Notify("one way");
        Assert.Equal("again", await proxy.EchoAsync("again"));
        ((IClientChannel)proxy).Close();
        factory.Close();
        Assert.Equal(["12", "one way", "again"], calculator.Calls);
        Assert.Equal(is11
                ? ["CreateSequence", "urn:calc/ICalculator/Add", "urn:calc/ICalculator/Notify", "urn:calc/ICalculator/Echo", "CloseSequence", "TerminateSequence"]
                : ["CreateSequence", "urn:calc/ICalculator/Add", "urn:calc/ICalculator/Notify", "urn:calc/ICalculator/Echo", "LastMessage", "TerminateSequence"],
            calculator.Actions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LostMessages_AreSentAgain_AndNoneIsExecutedTwice(bool is11)
    {
        var random = new Random(15);
        var calculator = new SequencedCalculator(is11, () => random.Next(5) == 0);
        await using var service = await StartAsync(calculator, is11);
        var binding = Custom(is11);
        binding.Elements.Find<ReliableSessionBindingElement>().MaxRetryCount = 20;
        // A busy machine is slow to send again, and waits twice as long after each loss.
        binding.SendTimeout = TimeSpan.FromMinutes(5);
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();
        ((IClientChannel)proxy).Open(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal($"{i}", proxy.Echo($"{i}"));
        }

        ((IClientChannel)proxy).Close(TimeSpan.FromMinutes(2));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), calculator.Calls);
        Assert.True(calculator.Lost > 0 && calculator.Duplicates > 0, $"{calculator.Lost} lost, {calculator.Duplicates} duplicates");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DropInBinding_HasReliableSessionsOfItsVersion(bool is2007)
    {
        WSHttpBindingBase binding = is2007
            ? new WS2007HttpBinding(SecurityMode.Message, reliableSessionEnabled: true)
            : new WSHttpBinding(SecurityMode.Message, reliableSessionEnabled: true);
        var message = binding is WS2007HttpBinding later ? later.Security.Message : ((WSHttpBinding)binding).Security.Message;
        message.ClientCredentialType = MessageCredentialType.Certificate;
        message.NegotiateServiceCredential = false;
        var calculator = new SequencedCalculator(is2007);
        await using var service = await StartAsync(calculator, is2007);
        using var factory = Clients.Factory((System.ServiceModel.Channels.Binding)binding, service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal("TerminateSequence", calculator.Actions.Last());
    }

    /// <summary>The reliable sessions of our own ASP.NET Core service, over a way that loses requests and replies.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServiceOfThisLibrary_TakesTheSequencesOfTheStack(bool is11)
    {
        var random = new Random(16);
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service(is11 ? "MutualCertificate13" : "MutualCertificate", session: true);
            options.ReliableSession = new()
            {
                ReliableMessagingVersion = is11
                    ? EngineBinding.ReliableMessagingVersion.WSReliableMessaging11
                    : EngineBinding.ReliableMessagingVersion.WSReliableMessagingFebruary2005,
            };
        });
        var lost = 0;
        service.Intercept = context =>
        {
            int fate;
            lock (random)
            {
                fate = random.Next(10);
                lost += fate < 3 ? 1 : 0;
            }

            if (fate == 0)
            {
                context.Abort();
            }
            else if (fate < 3)
            {
                context.Response.OnStarting(() =>
                {
                    context.Abort();
                    return Task.CompletedTask;
                });
            }

            return Task.FromResult(fate == 0);
        };
        var binding = Custom(is11);
        binding.Elements.Find<ReliableSessionBindingElement>().MaxRetryCount = 20;
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();
        service.Intercept = Only(service.Intercept, () => ((IClientChannel)proxy).State == CommunicationState.Opened);
        ((IClientChannel)proxy).Open(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(i + 1, proxy.Add(i, 1));
            proxy.Notify($"{i}");
        }

        ((IClientChannel)proxy).Close(TimeSpan.FromMinutes(2));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), service.Notified);
        Assert.Equal(24, service.Requests.Count);
        Assert.True(lost > 0);
        Assert.Equal(0, service.OpenSessions);
    }

    /// <summary>A reply that nobody verified ends the security session, as without sequences, and the sequence with it.</summary>
    [Fact]
    public async Task LostSecuritySession_FaultsTheChannel()
    {
        var calculator = new SequencedCalculator(is11: true);
        await using var service = await StartAsync(calculator, is11: true);
        using var factory = Clients.Factory(Custom(is11: true), service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        service.Intercept = async context =>
        {
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.Body.WriteAsync("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>"u8.ToArray());
            return true;
        };
        Assert.ThrowsAny<CommunicationException>(() => proxy.Add(3, 4));
        Assert.Equal(CommunicationState.Faulted, ((IClientChannel)proxy).State);
        service.Intercept = null;
        Assert.Single(calculator.Actions, "CreateSequence");
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public void ElementBelowMessageSecurity_IsRefusedInWords()
    {
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session: true));
        binding.Elements.Insert(1, new ReliableSessionBindingElement());
        Assert.Contains("above", Refusal(binding), StringComparison.Ordinal);
    }

    [Fact]
    public void SequencesOverNetTcp_AreRefusedInWords()
    {
        var binding = new CustomBinding(new ReliableSessionBindingElement(), Bootstraps.Client("MutualCertificate", session: true),
            new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement());
        Assert.Contains("net.tcp", Assert.Throws<InvalidOperationException>(
            () => Clients.Factory<ISessionCalculator>(binding, new EndpointAddress("net.tcp://localhost:1/x")).CreateChannel()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LostSessions_AreNotReopenedUnderASequence()
    {
        var binding = Custom(is11: true);
        binding.Elements.Find<MessageSecurityBindingElement>().ReopenLostSessions = true;
        Assert.Contains("ReopenLostSessions", Refusal(binding), StringComparison.Ordinal);
    }

    /// <summary>The handshake of a security session is no part of a sequence, and nobody sends it again.</summary>
    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Only(Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> intercept, Func<bool> isOn) =>
        context => isOn() ? intercept(context) : Task.FromResult(false);

    private static string Refusal(System.ServiceModel.Channels.Binding binding) => Assert.Throws<InvalidOperationException>(
        () => Clients.Factory<ISessionCalculator>(binding, new EndpointAddress("http://localhost:1/x")).CreateChannel()).Message;

    private static CustomBinding Custom(bool is11)
    {
        var binding = Clients.Binding(Bootstraps.Client(is11 ? "MutualCertificate13" : "MutualCertificate", session: true));
        binding.Elements.Insert(0, new ReliableSessionBindingElement
        {
            ReliableMessagingVersion = is11 ? ReliableMessagingVersion.WSReliableMessaging11 : ReliableMessagingVersion.WSReliableMessagingFebruary2005,
        });
        return binding;
    }

    private static async Task<TestService> StartAsync(SequencedCalculator calculator, bool is11)
    {
        var parts = EngineBinding.ChannelProtectionRequirements.Default;
        foreach (var header in new[] { "Sequence", "SequenceAcknowledgement", "AckRequested", "UsesSequenceSTR" })
        {
            parts = parts.WithHeader(header, calculator.Namespace, ProtectionLevel.Sign);
        }

        foreach (var name in new[] { "CreateSequence", "CreateSequenceResponse", "SequenceAcknowledgement", "AckRequested", "LastMessage", "CloseSequence", "CloseSequenceResponse", "TerminateSequence", "TerminateSequenceResponse" })
        {
            var action = $"{calculator.Namespace}/{name}";
            parts = parts.WithRequest(action, ProtectionLevel.Sign).WithReply(action, ProtectionLevel.Sign);
        }

        var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service(is11 ? "MutualCertificate13" : "MutualCertificate", session: true);
            options.ProtectionRequirements = parts;
        });
        service.Handle = calculator.HandleAsync;
        return service;
    }
}
