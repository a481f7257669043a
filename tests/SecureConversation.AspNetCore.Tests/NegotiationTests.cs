using Microsoft.AspNetCore.DataProtection;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Endpoints that show their certificate in a negotiation, as those of WSHttpBinding do when nobody says otherwise.</summary>
public sealed class NegotiationTests
{
    private static readonly SecurityBindingElement Cookies = SecurityBindingElement.CreateUserNameForSslBindingElement();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task User_IsTheOneOfTheMessage(bool inSession)
    {
        var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.UserName, EstablishSecurityContext = inSession };
        await using var host = await KestrelHost.StartAsync(security, Answer);
        await using var client = Client(host, options => options.MessageSecurity = security);
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains(TestCredentials.UserName, await client.CallAsync("urn:e/Who", "<Who xmlns=\"urn:e\"/>"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WrongPassword_IsRefused_AndTheClientIsTold()
    {
        var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.UserName };
        await using var host = await KestrelHost.StartAsync(security, Answer);
        await using var client = Client(host, options => options.MessageSecurity = security, "wrong");
        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/Who", "<Who xmlns=\"urn:e\"/>"));
        Assert.Equal(SecureConversationFailure.FailedAuthentication, refused.Failure);
    }

    /// <summary>The state of a context is in its cookie, which Data Protection of the application protects.</summary>
    [Fact]
    public async Task Cookie_IsReadByAnotherInstance()
    {
        var keys = new EphemeralDataProtectionProvider();
        await using var first = await StartAsync(keys);
        await using var second = await StartAsync(keys);
        await using var client = new SecureConversationClient(new Uri(first.Address, "/echo"), Options(o => o.Binding = Cookies), new Turns(first.Address, second.Address));
        for (var i = 0; i < 4; i++)
        {
            Assert.Contains(TestCredentials.UserName, await client.CallAsync("urn:e/Who", "<Who xmlns=\"urn:e\"/>"), StringComparison.Ordinal);
        }
    }

    private static Task<KestrelHost> StartAsync(IDataProtectionProvider keys) => KestrelHost.StartAsync(
        services => services.AddSingleton(keys).AddSecureConversation(options =>
        {
            options.Binding = Cookies;
            options.Credentials = Endpoints.ServiceCredentials;
            options.EndpointName = "who";
            // Two instances behind one address.
            options.AddressFilter = AddressFilter.Any;
        }),
        app => app.MapSecureConversation("/echo", Answer));

    private static Task<SoapReply> Answer(SecureConversationContext context) =>
        Task.FromResult(SoapReply.FromBody("urn:e/WhoResponse", $"<Who xmlns=\"urn:e\">{context.User.Identity?.Name}</Who>"));

    private static SecureConversationClient Client(KestrelHost host, Action<SecureConversationHttpOptions> configure, string? password = null) =>
        new(new Uri(host.Address, "/echo"), Options(configure, password));

    private static SecureConversationHttpOptions Options(Action<SecureConversationHttpOptions> configure, string? password = null)
    {
        var options = new SecureConversationHttpOptions
        {
            Credentials = new ClientCredentials
            {
                UserName = new UserNameCredential(TestCredentials.UserName, password ?? TestCredentials.Password),
                ServiceCertificateValidation = TestCredentials.TrustAuthority,
                ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
            },
        };
        configure(options);
        return options;
    }

    /// <summary>A load balancer that keeps a negotiation at the first instance, and sends the messages after it to each in turn.</summary>
    private sealed class Turns(Uri first, Uri second) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _calls;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isLeg = request.Content!.Headers.ContentType!.ToString().Contains("/Issue", StringComparison.Ordinal);
            var to = isLeg || Interlocked.Increment(ref _calls) % 2 == 0 ? first : second;
            request.RequestUri = new Uri(to, request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
