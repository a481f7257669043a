using System.Net.Security;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Protection levels of contracts and operations.</summary>
public sealed class ProtectionTests
{
    private const string Prefix = "urn:calc/ICalculator/";

    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [UseProtectionLevels]
    [ProtectionLevel(ProtectionLevel.Sign)]
    public interface ISignedCalculator
    {
        [OperationContract]
        double Add(double a, double b);

        [OperationContract]
        [ProtectionLevel(ProtectionLevel.EncryptAndSign)]
        string Echo(string text);

        [OperationContract, FaultContract(typeof(MathFault))]
        double Divide(double a, double b);
    }

    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [UseProtectionLevels]
    public interface IPartlySignedCalculator
    {
        [OperationContract]
        Task<double> AddAsync(double a, double b);

        [OperationContract]
        [ProtectionLevel(ProtectionLevel.Sign)]
        Task<string> EchoAsync(string text);
    }

    /// <summary>Operations that a contract inherits keep the level of their own.</summary>
    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [UseProtectionLevels]
    [ProtectionLevel(ProtectionLevel.EncryptAndSign)]
    public interface IDerivedCalculator : ISignedCalculator
    {
        [OperationContract(IsOneWay = true)]
        void Notify(string text);
    }

    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [UseProtectionLevels]
    public interface IHeaderCalculator
    {
        [OperationContract(Action = Prefix + "Notify", IsOneWay = true)]
        void Notify(NotifyMessage message);
    }

    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [ProtectionLevel(ProtectionLevel.Sign), UseProtectionLevels]
    public interface IAllSignedCalculator
    {
        [OperationContract]
        double Add(double a, double b);
    }

    /// <summary>As generated, without attribute of ours.</summary>
    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    public interface IGeneratedCalculator
    {
        [OperationContract(Action = Prefix + "Notify", IsOneWay = true)]
        void Notify(NotifyMessage message);

        [OperationContract(Action = Prefix + "Notify", IsOneWay = true), XmlSerializerFormat]
        Task NotifyAsync(NotifyMessage message);

        [OperationContract(ReplyAction = Prefix + "EchoResponse")]
        EchoResponse Echo(EchoMessage message);
    }

    [MessageContract(WrapperName = "Echo", WrapperNamespace = "urn:calc")]
    public sealed class EchoMessage
    {
        [MessageBodyMember(Name = "text", Namespace = "urn:calc")]
        public string? Text { get; set; }
    }

    [MessageContract(WrapperName = "EchoResponse", WrapperNamespace = "urn:calc")]
    public sealed class EchoResponse
    {
        [MessageHeader(Namespace = "urn:header")]
        public string? Secret { get; set; }
    }

    [MessageContract(WrapperName = "Notify", WrapperNamespace = "urn:calc")]
    public sealed class NotifyMessage
    {
        [MessageHeader(Namespace = "urn:header")]
        public string? Secret { get; set; }

        [MessageBodyMember(Name = "text", Namespace = "urn:calc")]
        public string? Text { get; set; }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LevelsOfContractAndOperation_HoldForTheirMessages(bool session)
    {
        var levels = EngineBinding.ChannelProtectionRequirements.Default
            .WithRequest(Prefix + "Add", ProtectionLevel.Sign).WithReply(Prefix + "AddResponse", ProtectionLevel.Sign)
            .WithRequest(Prefix + "Divide", ProtectionLevel.Sign).WithReply(Prefix + "DivideResponse", ProtectionLevel.Sign)
            .WithFault(Prefix + "DivideMathFaultFault", ProtectionLevel.Sign);
        await using var service = await StartAsync(session, levels);
        using var factory = Factory<IDerivedCalculator>(session, service);
        var proxy = factory.CreateChannel();
        proxy.Add(1, 2);
        Assert.Equal("a\rb\n c", proxy.Echo("a\rb\n c"));
        Assert.Throws<FaultException<MathFault>>(() => proxy.Divide(1, 0));
        proxy.Notify("x");
        ((IClientChannel)proxy).Close();
        Assert.Equal([("Add", false), ("Echo", true), ("Divide", false), ("Notify", true)], Encrypted(service));
    }

    /// <summary>Without WS-Addressing the receiver knows no action before it verifies: the level of a contract holds all the same.</summary>
    [Fact]
    public async Task LevelOfAContract_WithoutAddressing_Holds()
    {
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service("MutualCertificate", session: false);
            options.MessageVersion = EngineBinding.MessageVersion.Soap11;
            options.ProtectionRequirements = EngineBinding.ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);
        });
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session: false), Clients.Text(MessageVersion.Soap11));
        using var factory = Clients.Factory<IAllSignedCalculator>(binding, new EndpointAddress(service.Address));
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal([("Add", false)], Encrypted(service));
    }

    [Fact]
    public async Task LevelOnAnOperationAlone_Holds()
    {
        var levels = EngineBinding.ChannelProtectionRequirements.Default
            .WithRequest(Prefix + "Echo", ProtectionLevel.Sign).WithReply(Prefix + "EchoResponse", ProtectionLevel.Sign);
        await using var service = await StartAsync(session: true, levels);
        using var factory = Factory<IPartlySignedCalculator>(session: true, service);
        var proxy = factory.CreateChannel();
        await proxy.AddAsync(1, 2);
        // What is only signed is read and written again on its way: nothing of it may change.
        Assert.Equal("a\rb\n\tc ]]> &<>\"' \u00e9 \U0001F600", await proxy.EchoAsync("a\rb\n\tc ]]> &<>\"' \u00e9 \U0001F600"));
        ((IClientChannel)proxy).Close();
        Assert.Equal([("Add", true), ("Echo", false)], Encrypted(service));
    }

    [Fact]
    public async Task ServiceThatWantsMore_Refuses()
    {
        await using var service = await StartAsync(session: true, EngineBinding.ChannelProtectionRequirements.Default);
        using var factory = Factory<ISignedCalculator>(session: true, service);
        var proxy = factory.CreateChannel();
        var e = Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
        Assert.Equal("InvalidSecurity", Assert.IsType<FaultException>(e.InnerException).Code.SubCode.Name);
        ((IClientChannel)proxy).Abort();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeadersOfMessageContracts_AreProtectedLikeTheBody(bool session)
    {
        var levels = EngineBinding.ChannelProtectionRequirements.Default
            .WithHeader(EngineBinding.MessageDirection.ClientToService, Prefix + "Notify", "Secret", "urn:header", ProtectionLevel.EncryptAndSign);
        await using var service = await StartAsync(session, levels);
        using var factory = Factory<IHeaderCalculator>(session, service);
        var proxy = factory.CreateChannel();
        proxy.Notify(new NotifyMessage { Secret = "s", Text = "t" });
        ((IClientChannel)proxy).Close();
        var (_, protection) = Assert.Single(service.Requests);
        Assert.Contains(protection.EncryptedParts, p => p.Contains("Secret", StringComparison.Ordinal));
        Assert.Equal(["t"], service.Notified);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeadersOfAContractThatNothingTellsOf_DoNotLeave(bool session)
    {
        await using var service = await StartAsync(session, EngineBinding.ChannelProtectionRequirements.Default);
        using var factory = Factory<IGeneratedCalculator>(session, service);
        var proxy = factory.CreateChannel();
        var message = new NotifyMessage { Secret = "s", Text = "t" };
        var e = Assert.Throws<InvalidOperationException>(() => proxy.Notify(message));
        Assert.Contains("'Secret'", e.Message, StringComparison.Ordinal);
        Assert.Contains("[UseProtectionLevels]", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => proxy.NotifyAsync(message));
        using (new OperationContextScope((IContextChannel)proxy))
        {
            // What no contract has is unsigned in WCF, too.
            OperationContext.Current.OutgoingMessageHeaders.Add(MessageHeader.CreateHeader("Trace", "urn:h", "x"));
            proxy.Echo(new EchoMessage { Text = "x" });
        }

        ((IClientChannel)proxy).Close();
        Assert.Equal(Prefix + "Echo", Assert.Single(service.Requests).Action);
    }

    [Theory]
    [InlineData(true, ProtectionLevel.EncryptAndSign)]
    [InlineData(false, ProtectionLevel.EncryptAndSign)]
    [InlineData(true, ProtectionLevel.Sign)]
    public async Task GeneratedContract_IsToldByABehavior(bool session, ProtectionLevel level)
    {
        var levels = EngineBinding.ChannelProtectionRequirements.Default.WithDefault(level)
            .WithHeader(EngineBinding.MessageDirection.ClientToService, Prefix + "Notify", "Secret", "urn:header", level)
            .WithHeader(EngineBinding.MessageDirection.ServiceToClient, Prefix + "EchoResponse", "Secret", "urn:header", level);
        await using var service = await StartAsync(session, levels);
        service.EchoHeader = "<h:Secret xmlns:h='urn:header'>seen</h:Secret>";
        using var factory = Factory<IGeneratedCalculator>(session, service);
        factory.Endpoint.UseProtectionLevels(level);
        var proxy = factory.CreateChannel();
        proxy.Notify(new NotifyMessage { Secret = "s", Text = "t" });
        await proxy.NotifyAsync(new NotifyMessage { Secret = "s", Text = "t" });
        Assert.Equal("seen", proxy.Echo(new EchoMessage { Text = "x" }).Secret);
        ((IClientChannel)proxy).Close();
        Assert.Equal(["t", "t"], service.Notified);
        Assert.All(service.Requests.Take(2), r => Assert.Equal(level == ProtectionLevel.EncryptAndSign,
            r.Protection.EncryptedParts.Any(p => p.Contains("Secret", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeaderOfAReply_MustBeSignedWhenTheContractIsKnown(bool isKnown)
    {
        await using var service = await StartAsync(session: true, EngineBinding.ChannelProtectionRequirements.Default);
        service.EchoHeader = "<h:Secret xmlns:h='urn:header'>not signed</h:Secret>";
        using var factory = Factory<IGeneratedCalculator>(session: true, service);
        if (isKnown)
        {
            factory.Endpoint.UseProtectionLevels();
        }

        var proxy = factory.CreateChannel();
        var e = Record.Exception(() => proxy.Echo(new EchoMessage { Text = "x" }));
        Assert.Equal(isKnown ? typeof(MessageSecurityException) : null, e?.GetType());

        // A refused reply ends the use of the session.
        Assert.Equal(isKnown ? CommunicationState.Faulted : CommunicationState.Opened, ((IClientChannel)proxy).State);
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public async Task RequirementsOfABehavior_Win()
    {
        var levels = EngineBinding.ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);
        await using var service = await StartAsync(session: true, levels);
        using var factory = Factory<IPartlySignedCalculator>(session: true, service);
        factory.Endpoint.Contract.ContractBehaviors.Add(new Requirements(levels));
        var proxy = factory.CreateChannel();
        await proxy.AddAsync(1, 2);
        ((IClientChannel)proxy).Close();
        Assert.Equal([("Add", false)], Encrypted(service));
    }

    private static IEnumerable<(string, bool)> Encrypted(TestService service) => service.Requests.Select(r =>
        (r.Action[Prefix.Length..], r.Protection.EncryptedParts.Any(p => p.Contains("Body", StringComparison.Ordinal))));

    private static Task<TestService> StartAsync(bool session, EngineBinding.ChannelProtectionRequirements levels) => TestService.StartAsync(options =>
    {
        options.Binding = Bootstraps.Service("MutualCertificate", session);
        options.ProtectionRequirements = levels;
    });

    private static ChannelFactory<T> Factory<T>(bool session, TestService service) =>
        Clients.Factory<T>(Clients.Binding(Bootstraps.Client("MutualCertificate", session)), new EndpointAddress(service.Address));

    private sealed class Requirements(EngineBinding.ChannelProtectionRequirements requirements) : IContractBehavior
    {
        public void AddBindingParameters(ContractDescription contractDescription, ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
            bindingParameters.Add(requirements);

        public void ApplyClientBehavior(ContractDescription contractDescription, ServiceEndpoint endpoint, ClientRuntime clientRuntime)
        {
        }

        public void ApplyDispatchBehavior(ContractDescription contractDescription, ServiceEndpoint endpoint, DispatchRuntime dispatchRuntime)
        {
        }

        public void Validate(ContractDescription contractDescription, ServiceEndpoint endpoint)
        {
        }
    }
}
