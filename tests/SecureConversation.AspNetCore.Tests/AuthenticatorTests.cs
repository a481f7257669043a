using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Services of the application authenticate clients, in the scope of the request, and give them roles and claims.</summary>
public sealed class AuthenticatorTests
{
    private static readonly SecureConversationRequestDelegate Reply = context =>
        Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", $"<n xmlns=''>{context.User.Identity!.Name} {context.User.IsInRole("clerk")}</n>"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UserName_IsAuthenticatedInTheScopeOfTheRequest(bool isSession)
    {
        var security = Endpoints.UserName with { EstablishSecurityContext = isSession };
        await using var host = await StartAsync(security, setUp => setUp.AuthenticateUserNames<Staff>());
        var client = host.Client(security);
        using var session = isSession ? await client.OpenAsync() : null;
        Assert.Contains("alice True", (await client.CallAsync(session)).Envelope, StringComparison.Ordinal);
        Assert.Contains("alice True", (await client.CallAsync(session)).Envelope, StringComparison.Ordinal);

        // Each request has its register, and a session asks once.
        Assert.Equal(isSession ? [1] : [1, 1], host.Services.GetRequiredService<Calls>().OfRegisters);
        Assert.Equal(isSession ? 1 : 2, host.Services.GetRequiredService<Calls>().Disposed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_GetsRolesFromAService(bool isSession)
    {
        var security = isSession ? Endpoints.Session : Endpoints.Single;
        await using var host = await StartAsync(security, setUp => setUp.AuthenticateCertificates<Staff>(), required: "clerk");
        var result = await host.Client(security).CallOnceAsync();
        Assert.Equal(HttpStatusCode.OK, result.Status);
        Assert.Contains("Test client True", result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_WhomTheServiceDoesNotKnow_IsRefused(bool isCertificate)
    {
        var security = (isCertificate ? Endpoints.Single : Endpoints.UserName) with { EstablishSecurityContext = false };
        await using var host = await StartAsync(
            security, setUp => _ = isCertificate ? setUp.AuthenticateCertificates<Nobody>() : setUp.AuthenticateUserNames<Nobody>());
        var client = host.Client(security);
        using var request = client.Secure(null);
        using var response = await client.PostAsync(request.Envelope);
        var body = await response.Content.ReadAsByteArrayAsync();
        var e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(body));
        Assert.Equal(SecureConversationFailure.FailedAuthentication, e.Failure);
    }

    /// <summary>As in handlers. Detail and action stay with the service, for the client proved nothing.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task SoapFaultException_OfAnAuthenticator_ReachesTheClient(bool isCertificate, bool isSession)
    {
        var security = (isCertificate ? Endpoints.Single : Endpoints.UserName) with { EstablishSecurityContext = isSession };
        await using var host = await StartAsync(
            security, setUp => _ = isCertificate ? setUp.AuthenticateCertificates<Locked>() : setUp.AuthenticateUserNames<Locked>());
        var client = host.Client(security);
        SecureConversationException e;
        if (isSession)
        {
            e = await Assert.ThrowsAsync<SecureConversationException>(() => client.OpenAsync());
        }
        else
        {
            using var request = client.Secure(null);
            using var response = await client.PostAsync(request.Envelope);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            var body = await response.Content.ReadAsByteArrayAsync();
            e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(body));
        }

        Assert.Equal(("Receiver", "{urn:accounts}Locked", "The account is locked."), (e.Fault!.Code, e.Fault.Subcode, e.Fault.Reason));
        Assert.False(e.Fault.IsSecured);
        Assert.Null(e.Fault.Detail);
        Assert.Equal(SecureConversationFailure.PeerRefusal, e.Failure);
    }

    /// <summary>A call of the authenticator that took too long is neither a client that hung up nor NegotiationTimeout.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CancellationOfAnAuthenticatorsOwn_IsAnExceptionOfTheApplication(bool isSession)
    {
        var security = Endpoints.UserName with { EstablishSecurityContext = isSession };
        await using var host = await StartAsync(security, setUp => setUp.AuthenticateUserNames<Slow>());
        host.Log.ExpectError(35);
        Assert.Equal(SecureConversationFailure.PeerRefusal, await RefusedAsync(host, security));
        var entry = Assert.Single(host.Log.Entries, entry => entry.IsOfTheLibrary && entry.Id == 35);
        Assert.IsType<TaskCanceledException>(entry.Exception);
        Assert.Contains("UserNameAuthenticator of the application", entry.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Text.Contains("NegotiationTimeout", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PrincipalWithoutAName_IsRefused(bool isSession)
    {
        var security = Endpoints.UserName with { EstablishSecurityContext = isSession };
        await using var host = await StartAsync(security, setUp => setUp.AuthenticateUserNames<Nameless>());
        Assert.Equal(SecureConversationFailure.FailedAuthentication, await RefusedAsync(host, security));
        Assert.Contains("authenticationType and a name claim", Assert.Single(host.Log.Entries, entry => entry.IsOfTheLibrary && entry.Id == 1).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_ThatTheServiceDoesNotGive_IsDenied()
    {
        await using var host = await StartAsync(Endpoints.UserName, setUp => setUp.AuthenticateUserNames<Staff>(), required: "manager");
        var result = await host.Client(Endpoints.UserName).CallOnceAsync();
        Assert.True(result.IsFault);
        Assert.Contains("Access is denied.", result.Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authenticator_BesideAValidator_EndsTheStart()
    {
        await using var app = KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.UserName)).AuthenticateUserNames<Staff>());
        RecordedLog.Current.AllowErrors(entry => entry.Exception is OptionsValidationException);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains("AuthenticateUserNames", e.Message, StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(
        MessageSecurity security, Action<OptionsBuilder<SecureConversationServiceOptions>> setUp, string? required = null) =>
        KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton<Calls>().AddScoped<Register>();
                services.AddAuthorization();
                setUp(services.AddSecureConversation(Endpoints.With(security, options => options.Credentials = new ServiceCredentials
                {
                    ServiceCertificate = new X509Credential(TestCertificates.Service),
                    ClientCertificateValidation = TestCredentials.TrustAuthority,
                })));
            },
            app =>
            {
                var endpoint = app.MapSecureConversation("/echo", Reply);
                _ = required is null ? endpoint : endpoint.RequireAuthorization(policy => policy.RequireRole(required));
            });

    private static async Task<SecureConversationFailure> RefusedAsync(KestrelHost host, MessageSecurity security) =>
        (await Assert.ThrowsAsync<SecureConversationException>(() => host.Client(security).CallOnceAsync())).Failure;

    private static ClaimsPrincipal Clerk(string name) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, "clerk")], "register"));

    private sealed class Calls
    {
        public List<int> OfRegisters { get; } = [];

        public int Disposed { get; set; }
    }

    /// <summary>Stands for a database: one for each request, and gone with it.</summary>
    private sealed class Register(Calls calls) : IAsyncDisposable
    {
        private int _calls;
        private bool _isDisposed;

        public async Task<bool> HasAsync(string userName, string password, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            calls.OfRegisters.Add(++_calls);
            return (userName, password) == (TestCredentials.UserName, TestCredentials.Password);
        }

        public ValueTask DisposeAsync()
        {
            _isDisposed = true;
            calls.Disposed += _calls;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Staff(Register register) : IUserNameAuthenticator, ICertificateAuthenticator
    {
        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) =>
            await register.HasAsync(userName, password, cancellationToken) ? Clerk(userName) : null;

        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Assert.NotNull(origin.RemoteAddress);
            Assert.Equal(TestCertificates.Client.Thumbprint, certificate.Thumbprint);
            user.AddIdentity(new ClaimsIdentity([new Claim(ClaimTypes.Role, "clerk")], "register"));
            return user;
        }
    }

    private sealed class Locked : IUserNameAuthenticator, ICertificateAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) => throw Fault();

        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken)
        {
            await Task.Yield();
            throw Fault();
        }

        private static SoapFaultException Fault() => new("The account is locked.")
        {
            Code = SoapFaultCode.Receiver,
            Subcode = new System.Xml.XmlQualifiedName("Locked", "urn:accounts"),
            Action = "urn:accounts/fault",
            WriteDetail = writer => writer.WriteElementString("secret", "x"),
        };
    }

    private sealed class Slow : IUserNameAuthenticator
    {
        public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken)
        {
            using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await own.CancelAsync();
            await Task.Delay(Timeout.Infinite, own.Token);
            return null;
        }
    }

    private sealed class Nameless : IUserNameAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) => new(new ClaimsPrincipal());
    }

    private sealed class Nobody : IUserNameAuthenticator, ICertificateAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) => default;

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => default;
    }
}
