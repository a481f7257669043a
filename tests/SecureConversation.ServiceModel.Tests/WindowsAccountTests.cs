using System.Net;
using System.Security.Principal;
using System.ServiceModel;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>WSHttpBinding with the credential that it has by default, in a Kerberos realm.</summary>
[Collection(KerberosTestGroup.Name)]
public sealed class WindowsAccountTests(KerberosRealmFixture fixture)
{
    private const string Alice = $"{KerberosRealm.User}@{KerberosRealm.Name}";

    public static MatrixTheoryData<bool, bool, bool> All { get; } = new([false, true], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Defaults_CallAServiceWithTheSameSettings(bool is2007, bool session, bool hasPassword)
    {
        fixture.Realm.RemoveTickets();
        if (!hasPassword)
        {
            fixture.Realm.GetTickets();
        }

        await using var service = await StartAsync(is2007, session);
        using var factory = Factory(is2007, session, new EndpointAddress(service.Address), hasPassword);

        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(7, await proxy.AddAsync(3, 4));
        ((IClientChannel)proxy).Close();
        Assert.Equal([Alice, Alice], service.Users);
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData(TokenImpersonationLevel.Identification)]
    [InlineData(TokenImpersonationLevel.Impersonation)]
    public async Task ServicePrincipalName_IsThatOfTheAddress(TokenImpersonationLevel level)
    {
        _ = fixture.Realm;
        await using var service = await StartAsync();
        using var factory = Factory(address: new EndpointAddress(service.Address, new SpnEndpointIdentity(KerberosRealm.Spn)));
        factory.Credentials.Windows.AllowedImpersonationLevel = level;
        Assert.Equal(3, factory.CreateChannel().Add(1, 2));
    }

    [Theory]
    [InlineData(KerberosRealm.OtherSpn, KerberosRealm.Password)]
    [InlineData("http/nobody", KerberosRealm.Password)]
    [InlineData(KerberosRealm.Spn, "wrong")]
    public async Task OtherService_OrWrongPassword_IsASecurityNegotiationException(string spn, string password)
    {
        _ = fixture.Realm;
        await using var service = await StartAsync();
        using var factory = Factory(address: new EndpointAddress(service.Address, new SpnEndpointIdentity(spn)));
        factory.Credentials.Windows.ClientCredential = new NetworkCredential(KerberosRealm.User, password, KerberosRealm.Name);
        var proxy = factory.CreateChannel();

        Assert.Throws<SecurityNegotiationException>(() => proxy.Add(1, 2));
        Assert.Empty(service.Requests);
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public async Task WithoutTickets_IsASecurityNegotiationException()
    {
        fixture.Realm.RemoveTickets();
        await using var service = await StartAsync();
        using var factory = Factory(address: new EndpointAddress(service.Address), hasPassword: false);
        var proxy = factory.CreateChannel();

        await Assert.ThrowsAsync<SecurityNegotiationException>(() => proxy.AddAsync(1, 2));
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public void UserPrincipalName_IsTakenOnWindowsOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows takes it.");
        using var factory = Factory(address: new EndpointAddress(new Uri("http://localhost:1/x"), new UpnEndpointIdentity("orders@sc.test")));
        var proxy = factory.CreateChannel();
        var e = Assert.Throws<InvalidOperationException>(() => proxy.Add(1, 2));
        ((IClientChannel)proxy).Abort();
        Assert.Contains("CreateSpnIdentity", e.Message, StringComparison.Ordinal);
    }

    private static Task<TestService> StartAsync(bool is2007 = false, bool session = true) => TestService.StartAsync(options =>
    {
        options.MessageSecurity = new EngineBinding.MessageSecurity
        {
            ClientCredentialType = EngineBinding.MessageCredentialType.Windows,
            EstablishSecurityContext = session,
            MessageSecurityVersion = is2007
                ? EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10
                : EngineBinding.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        };
        options.Credentials = new Credentials.ServiceCredentials();
    });

    private static ChannelFactory<ICalculator> Factory(
        bool is2007 = false, bool session = true, EndpointAddress? address = null, bool hasPassword = true)
    {
        System.ServiceModel.WSHttpBinding binding = is2007
            ? new WS2007HttpBinding { LoggerFactory = RecordedLog.Current }
            : new WSHttpBinding { LoggerFactory = RecordedLog.Current };
        binding.Security.Message.EstablishSecurityContext = session;
        var factory = new ChannelFactory<ICalculator>(binding, address);
        if (hasPassword)
        {
            factory.Credentials.Windows.ClientCredential =
                new NetworkCredential(KerberosRealm.User, KerberosRealm.Password, KerberosRealm.Name);
        }

        return factory;
    }
}
