using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

/// <summary>Message credentials over TLS between the HTTP client and ASP.NET Core, over sockets.</summary>
public sealed class OverTlsTests
{
    private const string Call = "<WhoAmI xmlns=\"urn:e\"/>";

    private static readonly MessageSecurityVersion V10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
    private static readonly MessageSecurityVersion V2007 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static TheoryData<string, string, string> All =>
    [
        .. from credential in new[] { "UserName", "Certificate" }
           from version in new[] { "WSS 1.0", "WSS 1.1", "2007" }
           from kind in new[] { "single", "session", "session with derived keys", "cookie", "cookie with derived keys" }
           select new TheoryDataRow<string, string, string>(credential, version, kind),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Client_CallsRenewsAndCancels(string credential, string version, string kind)
    {
        var element = Element(credential, version, kind);
        await using var service = await Service.StartAsync(element);
        await using var client = service.Connect(element);
        Assert.Equal(credential == "UserName" ? Contract.UserName : "Test client", (await client.CallAsync("urn:e/WhoAmI", Call)).Split('|')[1]);
        await client.CallAsync("urn:e/WhoAmI", Call);

        var isSession = kind != "single";
        Assert.Equal(isSession ? 1 : 0, service.Handshakes);
        if (kind.StartsWith("session", StringComparison.Ordinal))
        {
            // The key is older than the age at which the client renews it, so each call does.
            var renewing = element with { LocalClientSettings = element.LocalClientSettings with { SessionKeyRenewalInterval = TimeSpan.FromMilliseconds(1) } };
            await using var eager = service.Connect(renewing);
            await eager.CallAsync("urn:e/WhoAmI", Call);
            await Task.Delay(20);
            await eager.CallAsync("urn:e/WhoAmI", Call);
            Assert.True(service.Renewals >= 1);
            Assert.Equal(2, service.Engine.SessionCount);
            await eager.CloseAsync();
            await client.CloseAsync();
            Assert.Equal(0, service.Engine.SessionCount);
            Assert.Equal(2, service.Cancels);
        }
    }

    /// <summary>A fault under the protection of the transport tells the client to renew, and the call comes through.</summary>
    [Fact]
    public async Task KeyThatExpires_IsRenewedAndTheCallSentAgain()
    {
        var element = Element("UserName", "WSS 1.1", "session");
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await Service.StartAsync(
            element with { LocalServiceSettings = element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(1), InactivityTimeout = TimeSpan.FromHours(1) } }, clock: clock);
        await using var client = service.Connect(element, clock: new ManualTimeProvider(clock.UtcNow));
        await client.CallAsync("urn:e/WhoAmI", Call);
        clock.UtcNow += TimeSpan.FromMinutes(2);
        await client.CallAsync("urn:e/WhoAmI", Call);
        Assert.Equal((1, 1), (service.Handshakes, service.Renewals));
    }

    [Theory]
    [InlineData("single")]
    [InlineData("session")]
    public async Task HttpAddress_IsRefusedBeforeAnythingIsSent(string kind)
    {
        var element = Element("UserName", "WSS 1.1", kind);
        await using var service = await Service.StartAsync(element, tls: false);
        await using var client = service.Connect(element);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync("urn:e/WhoAmI", Call));
        Assert.Contains("AllowInsecureTransport", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => kind == "session" ? client.OpenAsync() : client.CallAsync("urn:e/WhoAmI", Call));
        Assert.Equal(0, service.Requests);
    }

    /// <summary>The client believes a proxy that something else protects the way; the service does not, until it is told.</summary>
    [Theory]
    [InlineData(null, null, false)]
    [InlineData(null, "https", true)]
    [InlineData(null, "http", false)]
    [InlineData(false, null, true)]
    public async Task ServiceBehindAProxy_TakesItsWordForTls(bool? require, string? forwarded, bool taken)
    {
        var element = Element("UserName", "WSS 1.1", "single");
        await using var service = await Service.StartAsync(element, tls: false, require: require);
        await using var client = service.Connect(element with { AllowInsecureTransport = true });
        if (forwarded is not null)
        {
            client.DefaultRequestHeaders.Add("X-Forwarded-Proto", forwarded);
        }

        if (taken)
        {
            await client.CallAsync("urn:e/WhoAmI", Call);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/WhoAmI", Call));
            Assert.EndsWith("InvalidSecurity", refused.Fault!.Subcode, StringComparison.Ordinal);
            Assert.False(service.WasAsked);
        }
    }

    /// <summary>A redirect to plain HTTP is not followed, nor is any other with the transport that the client makes.</summary>
    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        var element = Element("UserName", "WSS 1.1", "single");
        await using var plain = await Service.StartAsync(element, tls: false);
        await using var service = await Service.StartAsync(element, redirect: plain.Address);
        await using var client = service.Connect(element);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.CallAsync("urn:e/WhoAmI", Call));
        using var following = new HttpClient(new SecureConversationHandler(Service.Options(element), Service.Transport(redirects: true)));
        using var content = new StringContent($"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>{Call}</s:Body></s:Envelope>", null, "application/soap+xml");
        content.Headers.ContentType!.Parameters.Add(new("action", "\"urn:e/WhoAmI\""));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => following.PostAsync(service.Address, content));
        Assert.Equal(0, plain.Requests);
    }

    private static SecurityBindingElement Element(string credential, string version, string kind)
    {
        var versions = version == "WSS 1.0" ? V10 : version == "2007" ? V2007 : MessageSecurityVersion.Default;
        SecurityBindingElement bootstrap = credential == "UserName"
            ? SecurityBindingElement.CreateUserNameOverTransportBindingElement()
            : SecurityBindingElement.CreateCertificateOverTransportBindingElement(versions);
        bootstrap = bootstrap with { MessageSecurityVersion = versions, DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
        return kind == "single" ? bootstrap
            : SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, kind.StartsWith("session", StringComparison.Ordinal))
                .SetKeyDerivation(kind.EndsWith("derived keys", StringComparison.Ordinal)) with
            {
                MessageSecurityVersion = versions,
                DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            };
    }

    /// <summary>A service at /contract that says who calls. What it knows of a client is in the messages alone.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _requests;
        private int _handshakes;
        private int _renewals;
        private int _cancels;

        private Service(WebApplication app) => _app = app;

        public Uri Address { get; private set; } = null!;

        public MessageSecurityService Engine => _app.Services.GetRequiredKeyedService<MessageSecurityService>("");

        public bool WasAsked { get; private set; }

        public int Requests => Volatile.Read(ref _requests);
        public int Handshakes => Volatile.Read(ref _handshakes);
        public int Renewals => Volatile.Read(ref _renewals);
        public int Cancels => Volatile.Read(ref _cancels);

        public static async Task<Service> StartAsync(
            SecurityBindingElement element, bool tls = true, bool? require = null, Uri? redirect = null, TimeProvider? clock = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => Protect(listen, tls)));
            if (clock is not null)
            {
                builder.Services.AddSingleton(clock);
            }

            Service? service = null;
            builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
            builder.Services.AddSecureConversation(options =>
            {
                options.Binding = element;
                options.RequireSecureTransport = require;
                options.FailureAnswers = new() { Step = TimeSpan.Zero };
                options.AddressFilter = AddressFilter.PathOnly;
                options.Credentials = new ServiceCredentials
                {
                    ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Client } },
                    UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) =>
                    {
                        service!.WasAsked = true;
                        return user == Contract.UserName && password == Contract.Password;
                    }),
                };
            });
            var app = builder.Build();
            service = new Service(app);
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto });
            app.Use((context, next) =>
            {
                service.Count(context.Request.ContentType ?? "");
                if (redirect is not null)
                {
                    context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                    context.Response.Headers.Location = redirect.AbsoluteUri;
                    return Task.CompletedTask;
                }

                return next(context);
            });
            app.MapSecureConversation("/contract", context => Task.FromResult(SoapReply.FromBody("urn:e/WhoAmIResponse",
                writer => writer.WriteElementString("Me", "urn:e", $"|{context.User.Identity?.Name}|"))));
            await app.StartAsync();
            service.Address = new UriBuilder(app.Urls.Single()) { Host = "localhost", Path = "/contract" }.Uri;
            return service;
        }

        public SecureConversationClient Connect(SecurityBindingElement element, TimeProvider? clock = null) => new(Address, Options(element, clock), Transport());

        public static SecureConversationHttpOptions Options(SecurityBindingElement element, TimeProvider? clock = null) => new()
        {
            Binding = element,
            LoggerFactory = RecordedLog.Current,
            TimeProvider = clock ?? TimeProvider.System,
            Credentials = new ClientCredentials
            {
                ClientCertificate = new X509Credential(TestCertificates.Client),
                UserName = new UserNameCredential(Contract.UserName, Contract.Password),
            },
        };

        /// <summary>Trusts the authority of the tests, as a machine would, and looks at the name in the certificate.</summary>
        public static SocketsHttpHandler Transport(bool redirects = false) => new()
        {
            AllowAutoRedirect = redirects,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { TestCertificates.Authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        private void Count(string action)
        {
            Interlocked.Increment(ref _requests);
            if (action.Contains("/RST/SCT", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref action.Contains("Renew", StringComparison.Ordinal) ? ref _renewals
                    : ref action.Contains("Cancel", StringComparison.Ordinal) ? ref _cancels : ref _handshakes);
            }
        }

        private static void Protect(ListenOptions listen, bool tls)
        {
            if (tls)
            {
                listen.UseHttps(TestCertificates.Service);
            }
        }
    }
}
