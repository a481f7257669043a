using CoreWCF;
using CoreWCF.Description;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

public sealed class IdentityTests
{
    [Theory]
    [InlineData("mutual", false)]
    [InlineData("mutual", true)]
    [InlineData("mutual10", false)]
    [InlineData("mutual10", true)]
    public async Task Certificate_IsTheIdentity(string bootstrap, bool isSession)
    {
        var who = await WhoAmIAsync(bootstrap, isSession);

        Assert.Equal("False", who[0]);
        Assert.Equal($"CN=Test client, O=SecureConversation tests; {TestCertificates.Client.Thumbprint}", who[1]);
        Assert.Equal("X509SecurityToken", who[3]);
        Assert.StartsWith("X509CertificateClaimSet:", who[4]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UserName_IsTheIdentity(bool isSession)
    {
        var who = await WhoAmIAsync("username", isSession);

        Assert.Equal("False", who[0]);
        Assert.Equal("ada", who[1]);
        Assert.Equal("UserNameSecurityToken", who[3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UserNameBesideACertificate_IsTheIdentity(bool isSession)
    {
        var userName = Binding.SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var both = new MessageSecurityBindingElement(userName with
        {
            EndpointSupportingTokenParameters = userName.EndpointSupportingTokenParameters with { Endorsing = [new Binding.X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        });
        var element = isSession ? Bindings.Session(both) : both;
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);

        var who = (await client.AskAsync("WhoAmI")).Split('|');

        Assert.Equal(("False", "ada"), (who[0], who[1]));
        Assert.Equal("UserNameSecurityToken+X509SecurityToken", who[3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnonymousClients_HaveNone(bool isSession)
    {
        var who = await WhoAmIAsync("anonymous", isSession);

        Assert.Equal("True", who[0]);
        Assert.Equal("", who[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CertificateThatTheValidatorRefuses_GetsInNowhere(bool isSession)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element, certificate: TestCertificates.Other);

        await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.Equal(0, host.Probe.Created);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PasswordThatTheValidatorRefuses_GetsInNowhere(bool isSession)
    {
        var element = isSession ? Bindings.Session(Bindings.Bootstrap("username")) : Bindings.Bootstrap("username");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element, password: "wrong");

        await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.Equal(0, host.Probe.Created);
    }

    [Fact]
    public async Task ChainTrust_DoesNotKnowTheTestAuthority()
    {
        var element = Bindings.Bootstrap("mutual");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host =>
        {
            var authentication = host.Credentials.ClientCertificate.Authentication;
            authentication.CertificateValidationMode = global::CoreWCF.Security.X509CertificateValidationMode.ChainTrust;
            authentication.RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck;
        });
        await using var client = Client.For(host, element);

        await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
    }

    [Fact]
    public async Task AuthorizationManager_RunsAfterAndMayRefuse()
    {
        var element = Bindings.Session();
        var manager = new OnlyEcho();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host => host.Authorization.ServiceAuthorizationManager = manager);
        await using var client = Client.For(host, element);

        Assert.Equal("hello", await client.EchoAsync("hello"));
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.True(e.Fault!.IsSecured);
        Assert.Contains("Test client", manager.Seen, StringComparison.Ordinal);
    }

    private static async Task<string[]> WhoAmIAsync(string bootstrap, bool isSession)
    {
        var element = isSession ? Bindings.Session(Bindings.Bootstrap(bootstrap)) : Bindings.Bootstrap(bootstrap);
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        return (await client.AskAsync("WhoAmI")).Split('|');
    }

    private sealed class OnlyEcho : ServiceAuthorizationManager
    {
        public string Seen { get; private set; } = "";

        protected override ValueTask<bool> CheckAccessCoreAsync(OperationContext operationContext)
        {
            Seen = operationContext.ServiceSecurityContext.PrimaryIdentity.Name!;
            return ValueTask.FromResult(operationContext.IncomingMessageHeaders.Action == "urn:e/Echo");
        }
    }
}
