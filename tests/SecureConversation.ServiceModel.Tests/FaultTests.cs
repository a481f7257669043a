using System.ServiceModel;
using System.ServiceModel.Channels;
using SecureConversation.ServiceModel.Tests.Support;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Faults of the application, and messages without reply.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeclaredFaults_KeepTheirDetail(bool session)
    {
        await using var service = await StartAsync(session);
        using var factory = Clients.Factory(Binding(session), service.Address);
        var proxy = factory.CreateChannel();
        var fault = Assert.Throws<FaultException<MathFault>>(() => proxy.Divide(1, 0));
        Assert.Equal("zero", fault.Detail.Reason);
        Assert.Equal("No division by zero.", fault.Message);
        Assert.Equal("DivideByZero", fault.Code.SubCode.Name);
        Assert.Equal(CommunicationState.Opened, ((IClientChannel)proxy).State);
        Assert.Equal(2, proxy.Divide(4, 2));
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task DeclaredFaults_MayHoldThousandsOfElements(bool session, bool streamed)
    {
        await using var service = await StartAsync(session);
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session), transport: http => http.TransferMode = streamed ? TransferMode.Streamed : TransferMode.Buffered);
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(9000, Assert.Throws<FaultException<int[]>>(() => proxy.FailAtLength(9000)).Detail.Length);
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OtherFaults_ArriveUntyped(bool session)
    {
        await using var service = await StartAsync(session);
        using var factory = Clients.Factory(Binding(session), service.Address);
        var proxy = factory.CreateChannel();
        var fault = Assert.Throws<FaultException>(() => proxy.Fail("because"));
        Assert.Equal("because", fault.Message);
        Assert.True(fault.Code.IsReceiverFault);
        ((IClientChannel)proxy).Close();
    }

    /// <summary>A code of the application says nothing about the session, whatever its name is.</summary>
    [Theory]
    [InlineData("RenewNeeded")]
    [InlineData("BadContextToken")]
    [InlineData("FailedAuthentication")]
    [InlineData("ServerTooBusy")]
    public async Task FaultOfTheApplication_WithANameOfMessageSecurity_LeavesTheSession(string name)
    {
        await using var service = await StartAsync(session: true);
        service.FailSubcode = new System.Xml.XmlQualifiedName(name, "urn:licences");
        using var factory = Clients.Factory(Binding(session: true), service.Address);
        var proxy = factory.CreateChannel();
        for (var i = 0; i < 3; i++)
        {
            var fault = Assert.Throws<FaultException>(() => proxy.Fail("because"));
            Assert.Equal((name, "urn:licences"), (fault.Code.SubCode.Name, fault.Code.SubCode.Namespace));
            Assert.Equal(CommunicationState.Opened, ((IClientChannel)proxy).State);
        }

        Assert.Equal(3, service.Requests.Count);
        Assert.Equal(1, service.OpenSessions);
        ((IClientChannel)proxy).Close();
    }

    /// <summary>The dispatcher of WCF ends the session then, and its client's channel faults.</summary>
    [Fact]
    public async Task InternalServiceFault_ReachesTheCallerAndFaultsTheChannel()
    {
        await using var service = await StartAsync(session: true);
        service.FailSubcode = new System.Xml.XmlQualifiedName(
            "InternalServiceFault", "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher");
        using var factory = Clients.Factory(Binding(session: true), service.Address);
        var proxy = factory.CreateChannel();
        var fault = Assert.Throws<FaultException>(() => proxy.Fail("because"));
        Assert.Equal("InternalServiceFault", fault.Code.SubCode.Name);
        Assert.Equal(CommunicationState.Faulted, ((IClientChannel)proxy).State);
        ((IClientChannel)proxy).Abort();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneWayMessages_Arrive(bool session)
    {
        await using var service = await StartAsync(session);
        using var factory = Clients.Factory(Binding(session), service.Address);
        var proxy = factory.CreateChannel();
        proxy.Notify("one");
        await proxy.NotifyAsync("two");
        Assert.Equal(["one", "two"], service.Notified);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ContractOfOneWayMessagesAlone_IsServed(bool session)
    {
        await using var service = await StartAsync(session);
        using var factory = Clients.Factory<INotifier>(Binding(session), new EndpointAddress(service.Address));
        var proxy = factory.CreateChannel();
        proxy.Notify("one");
        Assert.Equal(["one"], service.Notified);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    private static Task<TestService> StartAsync(bool session) => TestService.StartAsync(Bootstraps.Service("MutualCertificate", session));

    private static CustomBinding Binding(bool session) => Clients.Binding(Bootstraps.Client("MutualCertificate", session));
}
