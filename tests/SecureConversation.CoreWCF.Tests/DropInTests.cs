using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using DropIn = SecureConversation.CoreWCF.WSHttpBinding;
using DropIn2007 = SecureConversation.CoreWCF.WS2007HttpBinding;

namespace SecureConversation.CoreWCF.Tests;

[Collection(KerberosTestGroup.Name)]
public sealed class DropInTests(KerberosRealmFixture fixture)
{
    public static MatrixTheoryData<bool, bool, bool, MessageCredentialType> Offered { get; } = new(
        [false, true], [false, true], [false, true], [MessageCredentialType.Certificate, MessageCredentialType.UserName, MessageCredentialType.None]);

    [Theory]
    [MemberData(nameof(Offered))]
    public async Task DropInBinding_Serves(bool is2007, bool isSession, bool negotiates, MessageCredentialType credential)
    {
        var binding = Create(is2007, isSession, negotiates, credential);
        var settings = new Binding.MessageSecurity
        {
            ClientCredentialType = Enum.Parse<Binding.MessageCredentialType>(credential.ToString()),
            EstablishSecurityContext = isSession,
            NegotiateServiceCredential = negotiates,
            AlgorithmSuite = Binding.SecurityAlgorithmSuite.Basic256Sha256,
            MessageSecurityVersion = Binding.MessageSecurityVersion.All[is2007 ? 5 : 2],
        };
        await using var host = await EchoHost.StartAsync<IEcho>(binding);
        await using var client = Client.For(host.Address, settings.CreateSecurityBindingElement());

        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Equal(isSession, (await client.AskAsync("WhoAmI")).Split('|')[2].Length > 0);
    }

    [Fact]
    public async Task KerberosWithoutNegotiation_IsRefusedByName()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var binding = new DropIn2007 { Security = { Message = { NegotiateServiceCredential = false } } };
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => EchoHost.StartAsync<IEcho>(binding));

        Assert.Contains("NegotiateServiceCredential = true", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Defaults_ServeWindowsAccounts(bool is2007, bool isSession)
    {
        fixture.Realm.GetTickets();
        global::CoreWCF.WSHttpBinding binding = is2007 ? new DropIn2007() : new DropIn();
        Assert.Equal(SecurityMode.Message, binding.Security.Mode);
        binding.Security.Message.EstablishSecurityContext = isSession;
        var settings = new Binding.MessageSecurity
        {
            ClientCredentialType = Binding.MessageCredentialType.Windows,
            EstablishSecurityContext = isSession,
            MessageSecurityVersion = Binding.MessageSecurityVersion.All[is2007 ? 5 : 2],
        };
        await using var host = await EchoHost.StartAsync<IEcho>(binding, host => host.Credentials.ServiceCertificate.Certificate = null);
        await using var client = Client.For(host.Address, settings.CreateSecurityBindingElement());

        Assert.StartsWith($"False|{KerberosRealm.User}@{KerberosRealm.Name}|", await client.AskAsync("WhoAmI"), StringComparison.Ordinal);
    }

    [Fact]
    public void OtherModes_AreThoseOfCoreWCF()
    {
        Assert.Null(new DropIn(SecurityMode.None).CreateBindingElements().Find<MessageSecurityBindingElement>());
        Assert.NotNull(new DropIn(SecurityMode.TransportWithMessageCredential) { Security = { Message = { ClientCredentialType = MessageCredentialType.UserName } } }
            .CreateBindingElements().Find<TransportSecurityBindingElement>());
    }

    private static global::CoreWCF.WSHttpBinding Create(bool is2007, bool isSession, bool negotiates, MessageCredentialType credential)
    {
        global::CoreWCF.WSHttpBinding binding = is2007 ? new DropIn2007(SecurityMode.Message) : new DropIn(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = credential;
        binding.Security.Message.NegotiateServiceCredential = negotiates;
        binding.Security.Message.EstablishSecurityContext = isSession;
        binding.Security.Message.AlgorithmSuite = global::CoreWCF.Security.SecurityAlgorithmSuite.Basic256Sha256;
        return binding;
    }
}
