using System.Diagnostics;
using System.IdentityModel.Selectors;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Description;
using System.ServiceModel.Security;
using Microsoft.AspNetCore.Http;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Channels whose protection is negotiated with the service: what fails how, and who waits for whom.</summary>
public sealed class NegotiationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    public void Factories_MakeWhatThoseOfTheEngineMake()
    {
        foreach (var certificate in new[] { false, true })
        {
            Same(EngineBinding.SecurityBindingElement.CreateSslNegotiationBindingElement(certificate), MessageSecurityBindingElement.CreateSslNegotiationBindingElement(certificate));
            Same(EngineBinding.SecurityBindingElement.CreateSslNegotiationBindingElement(certificate, true), MessageSecurityBindingElement.CreateSslNegotiationBindingElement(certificate, true));
        }

        Same(EngineBinding.SecurityBindingElement.CreateUserNameForSslBindingElement(), MessageSecurityBindingElement.CreateUserNameForSslBindingElement());
        Same(EngineBinding.SecurityBindingElement.CreateUserNameForSslBindingElement(true), MessageSecurityBindingElement.CreateUserNameForSslBindingElement(true));
        Same(EngineBinding.SecurityBindingElement.CreateSspiNegotiationBindingElement(), MessageSecurityBindingElement.CreateSspiNegotiationBindingElement());
        Same(EngineBinding.SecurityBindingElement.CreateSspiNegotiationBindingElement(true), MessageSecurityBindingElement.CreateSspiNegotiationBindingElement(true));
        Same(EngineBinding.SecurityBindingElement.CreateKerberosBindingElement(), MessageSecurityBindingElement.CreateKerberosBindingElement());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServiceThatIsNotTrusted_EndsTheNegotiation(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        Assert.IsType<SecurityNegotiationException>(Refused(inSession, new EndpointAddress(service.Address),
            c => c.ServiceCertificate.Authentication.CustomCertificateValidator = new Refusing()));
        var e = Assert.IsType<SecurityNegotiationException>(Refused(inSession, new EndpointAddress(service.Address), c =>
        {
            c.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.ChainTrust;
            c.ServiceCertificate.Authentication.RevocationMode = X509RevocationMode.NoCheck;
        }));
        Assert.Contains("ClientCredentials.ServiceCertificate.Authentication", e.Message, StringComparison.Ordinal);
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServiceWithAnotherIdentity_IsSentNoMessage(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        foreach (var identity in (EndpointIdentity[])[new DnsEndpointIdentity("other.example"), new X509CertificateEndpointIdentity(TestCertificates.Other)])
        {
            var e = Assert.IsType<MessageSecurityException>(Refused(inSession, new EndpointAddress(service.Address, identity)));
            Assert.Contains("identity", e.Message, StringComparison.Ordinal);
        }

        Assert.Empty(service.Requests);
        await CallAsync(inSession, new EndpointAddress(service.Address, new X509CertificateEndpointIdentity(TestCertificates.Service)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServiceThatDoesNotNegotiate_IsNamedByItsFault(bool inSession)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("UserName", inSession));
        var e = Assert.IsType<SecurityNegotiationException>(Refused(inSession, new EndpointAddress(service.Address)));
        Assert.IsType<FaultException>(e.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NobodyThere_IsWhatTheTransportSays(bool inSession)
    {
        // The stack has one or the other, by platform.
        var e = Refused(inSession, new EndpointAddress("http://localhost:1/x"));
        Assert.Contains(e.GetType(), (Type[])[typeof(EndpointNotFoundException), typeof(CommunicationException)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BusyService_IsServerTooBusy(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        service.Intercept = context => AnswerAsync(context, 500, Fault("ServerTooBusy", "http://schemas.microsoft.com/ws/2006/05/security"));
        Assert.IsType<ServerTooBusyException>(Refused(inSession, new EndpointAddress(service.Address)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EmptyAnswer_SaysThatNothingIsNegotiatedThere(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        service.Intercept = context => AnswerAsync(context, 202, "");
        var e = Assert.IsType<SecurityNegotiationException>(Refused(inSession, new EndpointAddress(service.Address)));
        Assert.Contains("negotiates nothing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingClientCertificate_IsNamed()
    {
        var factory = Factory(MessageSecurityBindingElement.CreateSslNegotiationBindingElement(true), new EndpointAddress("http://localhost:1/x"));
        factory.Credentials.ClientCertificate.Certificate = null;
        var e = Assert.Throws<InvalidOperationException>(() => factory.CreateChannel().Add(1, 2));
        Assert.Contains("ClientCredentials.ClientCertificate.Certificate", e.Message, StringComparison.Ordinal);
        factory.Abort();
    }

    /// <summary>As long as Open has in a session, else as long as the call has.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServiceThatDoesNotAnswer_EndsWithTheTimeOfTheCaller(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        service.Intercept = context => HoldAsync(context, service.Release.Task);
        var factory = Factory(inSession, new EndpointAddress(service.Address));
        var watch = Stopwatch.StartNew();
        var proxy = factory.CreateChannel();
        var asynchronous = factory.CreateChannel();
        ((IContextChannel)proxy).OperationTimeout = Short;
        ((IContextChannel)asynchronous).OperationTimeout = Short;
        if (inSession)
        {
            Assert.Throws<TimeoutException>(() => ((IClientChannel)proxy).Open(Short));
            var opening = (IClientChannel)asynchronous;
            await Assert.ThrowsAsync<TimeoutException>(() => Task.Factory.FromAsync(opening.BeginOpen, opening.EndOpen, Short, null));
        }
        else
        {
            Assert.Throws<TimeoutException>(() => proxy.Add(1, 2));
            await Assert.ThrowsAsync<TimeoutException>(() => asynchronous.AddAsync(1, 2));
        }

        Assert.InRange(watch.Elapsed, Short, Patience);
        factory.Abort();
    }

    /// <summary>Callers wait for one negotiation. Who gives up ends his own call.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CallerWhoAborts_EndsNothingOfTheOthers(bool inSession)
    {
        await using var service = await TestService.StartAsync(Engine(inSession));
        var arrived = 0;
        service.Intercept = context =>
        {
            Interlocked.Increment(ref arrived);
            return HoldAsync(context, service.Release.Task);
        };
        using var factory = Factory(inSession, new EndpointAddress(service.Address));
        var (leaving, staying) = (factory.CreateChannel(), factory.CreateChannel());
        var left = leaving.AddAsync(1, 2);
        await UntilAsync(() => Volatile.Read(ref arrived) == 1);
        var stayed = staying.AddAsync(3, 4);
        await Task.Delay(Short);
        ((IClientChannel)leaving).Abort();
        await Assert.ThrowsAnyAsync<CommunicationException>(() => left.WaitAsync(Patience));
        service.Release.TrySetResult();

        Assert.Equal(7, await stayed);
        ((IClientChannel)staying).Close();
        // One more where the other one had not come to wait yet, and found nothing to wait for.
        Assert.InRange(arrived, inSession ? 5 : 3, inSession ? 6 : 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RestartOfTheService_CostsOneCall_AndNoneThatIsIdempotent(bool isIdempotent)
    {
        var service = await TestService.StartAsync(Engine(inSession: false));
        using var factory = Factory(inSession: false, new EndpointAddress(service.Address));
        factory.Endpoint.MarkIdempotent(isIdempotent ? ["Add"] : []);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        await service.DisposeAsync();
        await using var restarted = await TestService.StartAsync(Engine(inSession: false), port: service.Address.Port);

        if (!isIdempotent)
        {
            var e = Assert.Throws<MessageSecurityException>(() => proxy.Add(1, 2));
            Assert.Equal("BadContextToken", Assert.IsType<FaultException>(e.InnerException).Code.SubCode.Name);
        }

        Assert.Equal(5, proxy.Add(2, 3));
        Assert.Single(restarted.Requests);
        ((IClientChannel)proxy).Close();
    }

    /// <summary>The service forgot what was negotiated before the handshake of the session came: nothing was done under it.</summary>
    [Fact]
    public async Task ForgottenContext_IsNegotiatedOnceMoreForTheSession()
    {
        await using var service = await TestService.StartAsync(Engine(inSession: true));
        var arrived = 0;
        service.Intercept = context => Interlocked.Increment(ref arrived) == 3
            ? AnswerAsync(context, 500, Fault("BadContextToken", "http://schemas.xmlsoap.org/ws/2005/02/sc", "Sender"))
            : Task.FromResult(false);
        var factory = Factory(inSession: true, new EndpointAddress(service.Address));
        var proxy = factory.CreateChannel();
        Assert.Equal(5, await proxy.AddAsync(2, 3));
        Assert.Equal(7, arrived);
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 509);
        factory.Abort();
    }

    private static void Same(EngineBinding.SecurityBindingElement expected, MessageSecurityBindingElement made) => Assert.Equal(expected, made.Settings);

    private static EngineBinding.SecurityBindingElement Engine(bool inSession)
    {
        var element = EngineBinding.SecurityBindingElement.CreateUserNameForSslBindingElement(requireCancellation: true);
        return inSession ? EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(element) : element;
    }

    private static ChannelFactory<ICalculator> Factory(bool inSession, EndpointAddress address) => Factory(new MessageSecurityBindingElement(Engine(inSession)), address);

    private static ChannelFactory<ICalculator> Factory(MessageSecurityBindingElement element, EndpointAddress address)
    {
        var factory = Clients.Factory<ICalculator>(Clients.Binding(element), address);
        factory.Credentials.ServiceCertificate.DefaultCertificate = null;
        return factory;
    }

    private static async Task CallAsync(bool inSession, EndpointAddress address)
    {
        using var factory = Factory(inSession, address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, await proxy.AddAsync(1, 2));
        ((IClientChannel)proxy).Close();
    }

    private static Exception Refused(bool inSession, EndpointAddress address, Action<ClientCredentials>? vary = null)
    {
        var factory = Factory(inSession, address);
        vary?.Invoke(factory.Credentials);
        var proxy = factory.CreateChannel();
        var e = Assert.ThrowsAny<Exception>(() => proxy.Add(1, 2));
        var asynchronous = Assert.ThrowsAny<Exception>(() => factory.CreateChannel().AddAsync(1, 2).GetAwaiter().GetResult());
        Assert.Equal(e.GetType(), asynchronous.GetType());
        Assert.Equal(inSession ? CommunicationState.Faulted : CommunicationState.Opened, ((IClientChannel)proxy).State);
        factory.Abort();
        return e;
    }

    /// <summary>Holds a request until it is released; says that nobody is to answer whose client has gone.</summary>
    private static async Task<bool> HoldAsync(HttpContext context, Task released)
    {
        await released.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return context.RequestAborted.IsCancellationRequested;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(watch.Elapsed < Patience);
            await Task.Delay(10);
        }
    }

    private static async Task<bool> AnswerAsync(HttpContext context, int status, string envelope)
    {
        context.Response.StatusCode = status;
        if (envelope.Length > 0)
        {
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync(envelope);
        }

        return true;
    }

    private static string Fault(string subcode, string ns, string code = "Receiver") =>
        "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>"
        + "<a:Action s:mustUnderstand='1'>http://www.w3.org/2005/08/addressing/soap/fault</a:Action></s:Header><s:Body><s:Fault><s:Code>"
        + $"<s:Value>s:{code}</s:Value><s:Subcode><s:Value xmlns:q='{ns}'>q:{subcode}</s:Value></s:Subcode></s:Code>"
        + "<s:Reason><s:Text xml:lang='en'>x</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";

    private sealed class Refusing : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate) => throw new System.IdentityModel.Tokens.SecurityTokenValidationException("no");
    }
}
