using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests.Negotiation;

/// <summary>The client of HTTP knows no certificate of the service beforehand.</summary>
public sealed class NegotiationTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    public static TheoryData<MessageCredentialType, bool, bool> All
    {
        get
        {
            var all = new TheoryData<MessageCredentialType, bool, bool>();
            foreach (var type in new[] { MessageCredentialType.None, MessageCredentialType.UserName, MessageCredentialType.Certificate })
            {
                foreach (var (session, oasis) in new[] { (true, false), (true, true), (false, false), (false, true) })
                {
                    all.Add(type, session, oasis);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Call_NeedsNoCertificateOfTheService(MessageCredentialType type, bool inSession, bool isOasis)
    {
        await using var service = await TestService.StartAsync(Binding(type, inSession, isOasis));
        var legs = CountLegs(service);
        await using var client = Client(service);
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("EchoResponse", await client.CallAsync(Messages.Action, Echo), StringComparison.Ordinal);
        }

        Assert.Equal((2, inSession ? 1 : 0), (legs(), service.Handshakes));
        await client.CloseAsync();
        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Fact]
    public async Task ManyCalls_NegotiateOnce()
    {
        await using var service = await TestService.StartAsync(Binding(MessageCredentialType.None, inSession: false));
        var legs = CountLegs(service);
        await using var client = Client(service);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => client.CallAsync(Messages.Action, Echo)));
        Assert.Equal(2, legs());
    }

    /// <summary>The service has forgotten the context: one call fails, and the next one negotiates.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_OfTheService_CostsOneCall(bool inSession)
    {
        await using var service = await TestService.StartAsync(Binding(MessageCredentialType.UserName, inSession));
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        service.Restart();
        var lost = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.BadContextToken, lost.Failure);
        await client.CallAsync(Messages.Action, Echo);

        // None, where the caller says that the call may be executed twice.
        service.Restart();
        await client.CallAsync(Messages.Action, Echo, isIdempotent: true);
    }

    [Fact]
    public async Task Service_WithAnotherName_GetsNoUserName()
    {
        await using var service = await TestService.StartAsync(Binding(MessageCredentialType.UserName, inSession: true));
        await using var client = Client(service, EndpointIdentity.CreateDnsIdentity("other.example"));
        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal((FailureCode.IdentityMismatch, 0), (refused.Code, service.Handshakes));
    }

    /// <summary>A service that does not negotiate says so, and the caller learns what to set.</summary>
    [Fact]
    public async Task Service_ThatDoesNotNegotiate_IsNoService()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Options(Binding(MessageCredentialType.None, inSession: true)));
        await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
    }

    [Fact]
    public async Task Service_ThatDoesNotAnswer_IsGivenUpAfterOpenTimeout()
    {
        await using var service = await TestService.StartAsync(Binding(MessageCredentialType.None, inSession: false));
        var hang = new TaskCompletionSource();
        service.Intercept = async _ =>
        {
            await hang.Task;
            return false;
        };
        var options = Options(service.Binding);
        options.OpenTimeout = TimeSpan.FromMilliseconds(300);
        await using var client = new SecureConversationClient(service.Address, options);
        var late = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Contains("OpenTimeout", late.Message, StringComparison.Ordinal);
        hang.SetResult();
    }

    private static MessageSecurityBinding Binding(MessageCredentialType type, bool inSession, bool isOasis = false)
    {
        var security = new MessageSecurity { ClientCredentialType = type, EstablishSecurityContext = inSession };
        return MessageSecurityBinding.Create(isOasis
            ? security with
            {
                MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
            }
            : security);
    }

    private static Func<int> CountLegs(TestService service)
    {
        var legs = 0;
        service.Intercept = context =>
        {
            var action = context.Request.ContentType!;
            if (action.Contains("/RST/Issue", StringComparison.Ordinal) || action.Contains("/RSTR/Issue", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref legs);
            }

            return Task.FromResult(false);
        };
        return () => Volatile.Read(ref legs);
    }

    private static SecureConversationClient Client(TestService service, EndpointIdentity? identity = null) =>
        new(service.Address, Options(service.Binding, identity));

    private static SecureConversationHttpOptions Options(MessageSecurityBinding binding, EndpointIdentity? identity = null) => new()
    {
        LoggerFactory = RecordedLog.Current,
        Binding = binding.Element,
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            ServiceIdentity = identity,
        },
    };
}
