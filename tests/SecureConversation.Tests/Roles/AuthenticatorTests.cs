using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>The application says who a client is, once message security knows that he holds his credential.</summary>
public sealed class AuthenticatorTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task UserName_IsJudgedByTheAuthenticator(bool isSession, bool isKnown)
    {
        var asked = new Asked(isKnown);
        using var loopback = Create(SecurityBindingElement.CreateUserNameForCertificateBindingElement(), isSession, new()
        {
            ServiceCertificate = TestCredentials.Service.ServiceCertificate,
            UserNameAuthenticator = asked,
        });
        await RequireAsync(loopback, isSession, isKnown, FailureCode.InvalidCredentials);
        Assert.Equal([TestCredentials.UserName, TestCredentials.Password], asked.With);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Certificate_IsJudgedByTheAuthenticatorAfterItsChain(bool isSession, bool isKnown)
    {
        var asked = new Asked(isKnown);
        using var loopback = Create(SecurityBindingElement.CreateMutualCertificateBindingElement(), isSession, new()
        {
            ServiceCertificate = TestCredentials.Service.ServiceCertificate,
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            CertificateAuthenticator = asked,
        });
        await RequireAsync(loopback, isSession, isKnown, FailureCode.UntrustedCertificate);
        Assert.Equal([TestCertificates.Client.Thumbprint, "Test client"], asked.With);
    }

    [Fact]
    public async Task Certificate_ThatIsNotTrusted_IsNotAskedFor()
    {
        var asked = new Asked(isKnown: true);
        using var loopback = Create(SecurityBindingElement.CreateMutualCertificateBindingElement(), isSession: false, new()
        {
            ServiceCertificate = TestCredentials.Service.ServiceCertificate,
            ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Other } },
            CertificateAuthenticator = asked,
        });
        await RequireAsync(loopback, isSession: false, isAccepted: false, FailureCode.UntrustedCertificate);
        Assert.Empty(asked.With);
    }

    [Fact]
    public void UserNames_JudgedTwice_AreRefusedWhenTheServiceIsMade()
    {
        var error = Assert.Throws<ArgumentException>(() => Create(SecurityBindingElement.CreateUserNameForCertificateBindingElement(), isSession: false, new()
        {
            ServiceCertificate = TestCredentials.Service.ServiceCertificate,
            UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
            UserNameAuthenticator = new Asked(isKnown: true),
        }));
        Assert.Contains("set one of them", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Stores that the platform lacks must not look like empty ones.</summary>
    [Theory]
    [InlineData(X509CertificateValidationMode.PeerTrust, false, true)]
    [InlineData(X509CertificateValidationMode.PeerTrust, true, false)]
    [InlineData(X509CertificateValidationMode.PeerOrChainTrust, false, false)]
    public void StoreThatThePlatformLacks_IsSaidAtTheStart(X509CertificateValidationMode mode, bool hasPeople, bool isRefused)
    {
        Assert.SkipWhen(CertificateStores.IsOffered(StoreName.TrustedPeople, StoreLocation.LocalMachine), "This platform has the store.");
        var trust = new CertificateValidationOptions { Mode = mode, TrustedPeople = [.. hasPeople ? new[] { TestCertificates.Client } : []] };
        var log = RecordedLog.Current;
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement());
        MessageSecurityService Service() => new(
            binding,
            new ServiceCredentials { ServiceCertificate = TestCredentials.Service.ServiceCertificate, ClientCertificateValidation = trust },
            new MessageSecurityServiceOptions { LoggerFactory = log });
        if (isRefused)
        {
            var error = Assert.Throws<ArgumentException>(() => Service());
            Assert.Contains("ServiceCredentials.ClientCertificateValidation: Mode PeerTrust would trust nobody", error.Message, StringComparison.Ordinal);
            Assert.Contains("CurrentUser", error.Message, StringComparison.Ordinal);
            return;
        }

        using var service = Service();
        Assert.Contains(log.Entries, entry => entry.Id == 34 && entry.Text.Contains("TrustedPeople", StringComparison.Ordinal));
    }

    [Fact]
    public void TrustOnly_NeedsAnAuthority() => Assert.Throws<ArgumentException>(() => CertificateValidationOptions.TrustOnly());

    private static Loopback Create(SecurityBindingElement element, bool isSession, ServiceCredentials service) => new(
        MessageSecurityBinding.Create(isSession ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element), service: service);

    private static async Task RequireAsync(Loopback loopback, bool isSession, bool isAccepted, FailureCode code)
    {
        using var handshake = isSession ? loopback.Client.StartSession(Loopback.Address) : null;
        if (handshake is not null)
        {
            using var answer = await loopback.Service.ReceiveAsync(handshake.Envelope);
            var respond = Assert.IsType<ServiceResult.Respond>(answer);
            Assert.Equal(isAccepted ? FailureCode.None : code, respond.Code);
            if (!isAccepted)
            {
                return;
            }

            using var session = handshake.Complete(respond.Envelope);
            await DispatchAsync(loopback, session.Secure(Loopback.Request(loopback.Binding.MessageVersion)));
            return;
        }

        var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        if (isAccepted)
        {
            await DispatchAsync(loopback, request);
            return;
        }

        using (request)
        {
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            Assert.Equal(code, Assert.IsType<ServiceResult.Respond>(result).Code);
        }
    }

    private static async Task DispatchAsync(Loopback loopback, SecuredRequest request)
    {
        using (request)
        {
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            var user = Assert.IsType<ServiceResult.Dispatch>(result).User;
            Assert.True(user.IsInRole("clerk"));
            Assert.NotSame(Asked.Shared, user);
        }
    }

    /// <summary>Gives all clients the same object, which requests must not share.</summary>
    private sealed class Asked(bool isKnown) : IUserNameAuthenticator, ICertificateAuthenticator
    {
        public static readonly ClaimsPrincipal Shared = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "clerk"), new Claim(ClaimTypes.Role, "clerk")], "register"));

        public List<string> With { get; } = [];

        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken)
        {
            await Task.Yield();
            With.AddRange([userName, password]);
            return isKnown ? Shared : null;
        }

        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken)
        {
            await Task.Yield();
            With.AddRange([certificate.Thumbprint, user.Identity!.Name!]);
            return isKnown ? Shared : null;
        }
    }
}
