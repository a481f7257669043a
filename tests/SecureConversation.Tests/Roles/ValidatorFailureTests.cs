using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>What validators and authenticators of the application throw or return by mistake refuses the client, and the log says whose it is.</summary>
public sealed class ValidatorFailureTests
{
    public static MatrixTheoryData<bool, string, bool> Failures { get; } =
        new([true, false], ["UserNamePasswordValidator", "UserNameAuthenticator", "ClientCertificateValidation", "CertificateAuthenticator"], [true, false]);

    /// <summary>A call of the validator that took too long is neither a request that was cancelled nor NegotiationTimeout.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ExceptionOfAValidator_IsLoggedAsItsOwnAndCounts(bool isSession, string setting, bool isCancellation)
    {
        RecordedLog.Current.ExpectError(35);
        using var loopback = Create(isSession, setting, () => isCancellation
            ? throw new TaskCanceledException("The database took too long.")
            : throw new InvalidOperationException("The database is not there."));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((FailureCode.ValidatorFailed, SecureConversationFailure.PeerRefusal), await RefusedAsync(loopback, isSession));
        }

        var entries = RecordedLog.Current.Entries.Where(e => e.Id == 35).ToList();
        Assert.Equal(3, entries.Count);
        Assert.All(entries, e => Assert.Contains($"{setting} of the application", e.Text, StringComparison.Ordinal));
        Assert.All(entries, e => Assert.Equal(isCancellation ? typeof(TaskCanceledException) : typeof(InvalidOperationException), e.Exception!.GetType()));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 20);
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.Id is 4 or 7);
    }

    public static TheoryData<string> Nobodies => ["no identity", "not authenticated", "no name", "an empty name", "a name that nobody sees", "not the first"];

    [Theory]
    [MemberData(nameof(Nobodies))]
    public async Task PrincipalWithoutANamedIdentity_IsRefusedWithTheRemedy(string what)
    {
        foreach (var (setting, isSession) in new[] { ("UserNameAuthenticator", true), ("UserNameAuthenticator", false), ("CertificateAuthenticator", true) })
        {
            using var loopback = Create(isSession, setting, () => Nobody(what));
            Assert.Equal((FailureCode.InvalidCredentials, SecureConversationFailure.FailedAuthentication), await RefusedAsync(loopback, isSession));
        }

        Assert.Equal(3, RecordedLog.Current.Entries.Count(e => e.Id == 1 && e.Text.Contains("authenticationType and a name claim", StringComparison.Ordinal)));
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.Id == 2);
    }

    /// <summary>The thumbprint is a name.</summary>
    [Fact]
    public async Task CertificateWithoutASubject_IsAccepted()
    {
        using var loopback = Create(isSession: false, "CertificateAuthenticator", () => new ClaimsPrincipal(
            new ClaimsIdentity([new Claim(ClaimTypes.Thumbprint, TestCertificates.Client.Thumbprint)], ClientAuthenticationTypes.X509)));
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<ServiceResult.Dispatch>(result).User.Identity!.IsAuthenticated);
    }

    private static ClaimsPrincipal Nobody(string what) => what switch
    {
        "no identity" => new ClaimsPrincipal(),
        "not authenticated" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "clerk")])),
        "no name" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, "clerk")], "register")),
        "an empty name" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "")], "register")),
        "a name that nobody sees" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, " \u200B")], "register")),
        _ => new ClaimsPrincipal([new ClaimsIdentity(), new ClaimsIdentity([new Claim(ClaimTypes.Name, "clerk")], "register")]),
    };

    private static Loopback Create(bool isSession, string setting, Func<ClaimsPrincipal> answer)
    {
        var isCertificate = setting.Contains("Certificate", StringComparison.Ordinal);
        SecurityBindingElement element = isCertificate
            ? SecurityBindingElement.CreateMutualCertificateBindingElement()
            : SecurityBindingElement.CreateUserNameForCertificateBindingElement();
        var own = TestCredentials.Service.ServiceCertificate;
        return new Loopback(
            MessageSecurityBinding.Create(isSession ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element),
            options: new() { LoggerFactory = RecordedLog.Current, FailureAnswers = new() { Step = TimeSpan.Zero, Budget = 2 } },
            service: setting switch
            {
                "UserNamePasswordValidator" => new() { ServiceCertificate = own, UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => answer() is not null) },
                "UserNameAuthenticator" => new() { ServiceCertificate = own, UserNameAuthenticator = new Answering(answer) },
                "ClientCertificateValidation" => new()
                {
                    ServiceCertificate = own,
                    ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, RevocationMode = X509RevocationMode.NoCheck, CustomValidator = (_, _) => answer() is not null },
                },
                _ => new() { ServiceCertificate = own, ClientCertificateValidation = TestCredentials.TrustAuthority, CertificateAuthenticator = new Answering(answer) },
            });
    }

    private static async Task<(FailureCode Code, SecureConversationFailure Failure)> RefusedAsync(Loopback loopback, bool isSession)
    {
        using var handshake = isSession ? loopback.Client.StartSession(Loopback.Address) : null;
        using var request = isSession ? null : loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var origin = new MessageOrigin { RemoteAddress = System.Net.IPAddress.Parse("192.0.2.7") };
        using var result = await loopback.Service.ReceiveAsync(handshake?.Envelope ?? request!.Envelope, origin, TestContext.Current.CancellationToken);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        var error = Assert.Throws<SecureConversationException>(() => _ = handshake is null
            ? (object)request!.VerifyReply(respond.Envelope) : handshake.Complete(respond.Envelope));
        return (respond.Code, error.Failure);
    }

    private sealed class Answering(Func<ClaimsPrincipal> answer) : IUserNameAuthenticator, ICertificateAuthenticator
    {
        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return answer();
        }

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => new(answer());
    }
}
