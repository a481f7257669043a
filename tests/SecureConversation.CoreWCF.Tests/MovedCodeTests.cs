using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security;
using CoreWCF.Security.Tokens;
using Microsoft.Extensions.Logging;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using DropIn = SecureConversation.CoreWCF.WSHttpBinding;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>What code that moved from WCF expects of its service, and what it is told where that is not offered.</summary>
public sealed class MovedCodeTests
{
    public static MatrixTheoryData<bool, string> Faults { get; } = new([false, true], ["plain", "code", "inner", "token"]);

    /// <summary>WCF: the first FaultException among what was thrown, unless a SecurityTokenException comes before it; code and reason alone.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FaultException_OfAValidator_ReachesTheClient(bool isSession, string kind)
    {
        var thrown = kind switch
        {
            "plain" => new FaultException("Unknown user."),
            "code" => new FaultException<string>("detail", new FaultReason("Unknown user."), FaultCode.CreateReceiverFaultCode("Locked", "urn:accounts"), "urn:action"),
            "inner" => new InvalidOperationException("secret", new FaultException("Unknown user.")),
            _ => (Exception)new SecurityTokenValidationException("secret", new FaultException("Unknown user.")),
        };
        var element = Bindings.Bootstrap("username");
        element = isSession ? Bindings.Session(element) : element;
        await using var host = await EchoHost.StartAsync<IEcho>(
            Bindings.Text(element), host => host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new Throwing(thrown));
        await using var client = Client.For(host, element);

        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));

        Assert.False(e.Fault!.IsSecured);
        Assert.Null(e.Fault.Detail);
        Assert.DoesNotContain("secret", e.Fault.Reason, StringComparison.Ordinal);
        if (kind == "token")
        {
            Assert.Equal(SecureConversationFailure.FailedAuthentication, e.Failure);
            return;
        }

        Assert.Equal("Unknown user.", e.Fault.Reason);
        Assert.Equal(kind == "code" ? ("Receiver", "{urn:accounts}Locked") : ("Sender", null), (e.Fault.Code, e.Fault.Subcode));
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 400 && !entry.Text.Contains("Unknown", StringComparison.Ordinal));
        Assert.Equal(0, host.Probe.Created);
    }

    [Fact]
    public async Task FaultException_OfACertificateValidator_ReachesTheClient()
    {
        var element = Bindings.Bootstrap("mutual");
        await using var host = await EchoHost.StartAsync<IEcho>(
            Bindings.Text(element), host => host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new ThrowingCertificates());
        await using var client = Client.For(host, element);
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.Equal("Ask for a newer certificate.", e.Fault!.Reason);
    }

    /// <summary>What XML does not have cannot be sent, and is no defect either.</summary>
    [Theory]
    [InlineData("a\u0001b", "Code")]
    [InlineData("reason", "no name")]
    public async Task FaultException_ThatXmlDoesNotHave_IsFailedAuthentication(string reason, string code)
    {
        var element = Bindings.Bootstrap("username");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host =>
            host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new Throwing(new FaultException(new FaultReason(reason), new FaultCode(code), "urn:a")));
        await using var client = Client.For(host, element);
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("Count"));
        Assert.Equal(SecureConversationFailure.FailedAuthentication, e.Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ContractWithCallbacks_EndsTheStart(bool isDropIn)
    {
        global::CoreWCF.Channels.Binding binding = isDropIn
            ? new DropIn(SecurityMode.Message) { Security = { Message = { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false } } }
            : Bindings.Text(Bindings.Session());
        await RefusedAsync("CallbackContract", () => EchoHost.StartAsync<IDuplexEcho>(binding));
    }

    [Fact]
    public void Mtom_IsTakenFromTheDropIn()
    {
        var binding = new DropIn(SecurityMode.Message) { MessageEncoding = WSMessageEncoding.Mtom };
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        Assert.NotNull(binding.CreateBindingElements().Find<MtomMessageEncodingBindingElement>());
    }

    /// <summary>As WCF, whose credentials are read-only once the host is open. CoreWCF itself forgets that.</summary>
    [Fact]
    public async Task CredentialsOfAHostThatHasStarted_CannotBeChanged()
    {
        ServiceHostBase? started = null;
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session()), host => started = host);
        var credentials = started!.Credentials;
        Assert.Throws<InvalidOperationException>(() => credentials.ServiceCertificate.Certificate = TestCertificates.Other);
        Assert.Throws<InvalidOperationException>(() => credentials.ClientCertificate.Authentication.CustomCertificateValidator = X509CertificateValidator.None);
        Assert.Throws<InvalidOperationException>(() => credentials.UserNameAuthentication.CustomUserNamePasswordValidator = UserNamePasswordValidator.None);
    }

    [Fact]
    public async Task ValidatorsThatAcceptEverybody_AreNamedAtTheStart()
    {
        await using var userNames = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Bootstrap("username")),
            host => host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = UserNamePasswordValidator.None);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 405 && e.Level == LogLevel.Warning && e.Text.Contains("UserNamePasswordValidator.None", StringComparison.Ordinal));
        await using var certificates = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session()),
            host => host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = X509CertificateValidator.None);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 405 && e.Text.Contains("X509CertificateValidator.None", StringComparison.Ordinal));
        var before = RecordedLog.Current.Entries.Count(e => e.Id == 405);
        await using var negotiated = await EchoHost.StartAsync<IEcho>(Bindings.Text(MessageSecurityBindingElement.CreateSslNegotiationBindingElement(true, true)),
            host => host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = X509CertificateValidator.None);
        Assert.Equal(++before, RecordedLog.Current.Entries.Count(e => e.Id == 405));
        await using var others = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session(Bindings.Bootstrap("username"))));
        Assert.Equal(before, RecordedLog.Current.Entries.Count(e => e.Id == 405));
    }

    /// <summary>The class of the application's validator, as WCF has it, and not one that accepts everything.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AuthenticationType_IsTheValidator(bool isSession)
    {
        var element = isSession ? Bindings.Session(Bindings.Bootstrap("username")) : Bindings.Bootstrap("username");
        var manager = new Recording();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host =>
        {
            host.Authorization.ServiceAuthorizationManager = manager;
            host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new AccountValidator();
        });
        await using var client = Client.For(host, element);
        await client.AskAsync("Count");
        Assert.Equal(nameof(AccountValidator), manager.AuthenticationType);
        Assert.Contains(manager.Claims, c => c.ClaimType == global::CoreWCF.IdentityModel.Claims.ClaimTypes.Name && c.Resource.Equals("ada"));
        Assert.Equal(2, manager.Claims.Count);
    }

    [Theory]
    [InlineData("mutual")]
    [InlineData("mutual10")]
    [InlineData("anonymous")]
    [InlineData("username")]
    public async Task ProtectionToken_OfASession_IsItsContext(string bootstrap)
    {
        var element = Bindings.Session(Bindings.Bootstrap(bootstrap));
        var manager = new Recording();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host => host.Authorization.ServiceAuthorizationManager = manager);
        await using var client = Client.For(host, element);
        var who = (await client.AskAsync("WhoAmI")).Split('|');
        var token = Assert.IsType<SecurityContextSecurityToken>(manager.Protection!.SecurityToken);
        Assert.Equal(who[2], token.ContextId.ToString());
        Assert.Equal(bootstrap == "anonymous" ? 0 : 1, manager.Protection.SecurityTokenPolicies.Count);
    }

    /// <summary>The setting that a refusal with ServerTooBusy comes from stands in the log.</summary>
    [Fact]
    public async Task ServerTooBusy_NamesTheSettingInTheLog()
    {
        var element = Bindings.Session();
        element.LocalServiceSettings.MaxPendingSessions = 1;
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        using var first = await RawSession.OpenAsync(host.Address, element.Settings);
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => RawSession.OpenAsync(host.Address, element.Settings));
        Assert.Equal(SecureConversationFailure.ServerTooBusy, e.Failure);
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 7 && entry.Text.Contains("MaxPendingSessions", StringComparison.Ordinal));
    }

    private static async Task RefusedAsync(string text, Func<Task> start)
    {
        RecordedLog.Current.AllowErrors(entry => entry.Exception?.ToString().Contains(text, StringComparison.Ordinal) == true);
        var e = await Assert.ThrowsAnyAsync<Exception>(start);
        Assert.Contains(text, e.ToString(), StringComparison.Ordinal);
    }

    private sealed class Throwing(Exception thrown) : UserNamePasswordValidator
    {
        public override async ValueTask ValidateAsync(string userName, string password)
        {
            await Task.Yield();
            throw thrown;
        }
    }

    private sealed class ThrowingCertificates : X509CertificateValidator
    {
        public override void Validate(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
            throw new FaultException("Ask for a newer certificate.");
    }

    private sealed class AccountValidator : UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) => default;
    }

    private sealed class Recording : ServiceAuthorizationManager
    {
        public string? AuthenticationType { get; private set; }

        public List<global::CoreWCF.IdentityModel.Claims.Claim> Claims { get; private set; } = [];

        public SecurityTokenSpecification? Protection { get; private set; }

        protected override ValueTask<bool> CheckAccessCoreAsync(OperationContext operationContext)
        {
            var security = operationContext.ServiceSecurityContext;
            AuthenticationType = security.PrimaryIdentity.AuthenticationType;
            Claims = [.. security.AuthorizationContext.ClaimSets.SelectMany(set => set)];
            Protection = operationContext.IncomingMessageProperties.Security.ProtectionToken;
            return ValueTask.FromResult(true);
        }
    }
}
