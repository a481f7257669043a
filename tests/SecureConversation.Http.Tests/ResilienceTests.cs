using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Handlers that repeat requests, before and behind message security, and as Aspire sets them up for all clients.</summary>
public sealed class ResilienceTests
{
    public enum Order
    {
        /// <summary>AddStandardResilienceHandler, then AddSecureConversation.</summary>
        Before,
        /// <summary>AddSecureConversation, then AddStandardResilienceHandler.</summary>
        Behind,
        /// <summary>For all clients by ConfigureHttpClientDefaults, with service discovery.</summary>
        Defaults,
    }

    public static TheoryData<Order> Orders => [.. Enum.GetValues<Order>()];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task FaultOfTheApplication_IsNotRetried(Order order)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var executed = 0;
        service.Reply = _ =>
        {
            executed++;
            return Task.FromResult<byte[]?>(Messages.Fault(service.Binding.MessageVersion));
        };
        await using var provider = Register(service, order);
        using var http = Client(provider);
        using var request = Messages.Request(AddressOf(service, order), service.Binding.MessageVersion);
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("Nothing to echo.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<SecureConversationException>(() => http.CallAsync(AddressOf(service, order), Messages.Action, Messages.Body));
        Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);
        Assert.Equal((2, 1), (executed, service.Handshakes));
    }

    /// <summary>Nothing says that a gateway let the request pass, so a retry is the application's decision: each attempt is a new message.</summary>
    [Theory]
    [InlineData(Order.Before)]
    [InlineData(Order.Defaults)]
    public async Task FailedAttempt_BeforeMessageSecurity_IsProtectedAnew(Order order)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var failures = 0;
        service.Intercept = context =>
        {
            // The handshake fails once, and so does the request.
            context.Response.StatusCode = 503;
            return Task.FromResult(failures++ is 0 or 2);
        };
        var plain = service.Intercept;
        service.Intercept = async context =>
        {
            if (await plain(context))
            {
                return true;
            }

            context.Response.StatusCode = 200;
            return false;
        };
        await using var provider = Register(service, order);
        using var http = Client(provider);
        Assert.Contains("EchoResponse", await http.CallAsync(AddressOf(service, order), Messages.Action, Messages.Body), StringComparison.Ordinal);
        Assert.Equal(1, service.Handshakes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SecondSendingOfAProtectedMessageOrHandshake_NamesTheOrder(bool isHandshake)
    {
        await using var service = await TestService.StartAsync(isHandshake ? Credential.Session() : Credential.Single());
        var received = 0;
        service.Intercept = context =>
        {
            received++;
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await using var provider = Register(service, Order.Behind);
        using var http = Client(provider);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => http.CallAsync(service.Address, Messages.Action, Messages.Body));
        Assert.Contains("before AddSecureConversation", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, received);
    }

    /// <summary>The same for a chain that is built by hand, whose transport wraps the exception.</summary>
    [Fact]
    public async Task SecondSending_InAChainBuiltByHand_NamesTheOrder()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding), new Twice { InnerHandler = new SocketsHttpHandler() });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync(Messages.Action, Messages.Body));
        Assert.Contains("before AddSecureConversation", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A transport with credentials sends a request again when it is challenged; with Expect the first one has no body.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChallengeOfHttp_NeedsExpectContinue(bool expects)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        Challenge(service);
        var transport = new SocketsHttpHandler { Credentials = new NetworkCredential("gate", "pass"), Expect100ContinueTimeout = TimeSpan.FromSeconds(30) };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding), transport);
        client.DefaultRequestHeaders.ExpectContinue = expects;
        if (expects)
        {
            Assert.Contains("EchoResponse", await client.CallAsync(Messages.Action, Messages.Body), StringComparison.Ordinal);
            return;
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync(Messages.Action, Messages.Body));
    }

    /// <summary>The handshake is what is challenged; the transport knows by then what to send with the rest.</summary>
    [Fact]
    public async Task ChallengeOfHttp_IsAnsweredByAHandshake()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        Challenge(service);
        var transport = new SocketsHttpHandler { Credentials = new NetworkCredential("gate", "pass"), PreAuthenticate = true };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding), transport);
        Assert.Contains("EchoResponse", await client.CallAsync(Messages.Action, Messages.Body), StringComparison.Ordinal);
        Assert.Equal(1, service.Handshakes);
    }

    private static void Challenge(TestService service) => service.Intercept = context =>
    {
        if (context.Request.Headers.Authorization.Count > 0)
        {
            return Task.FromResult(false);
        }

        (context.Response.StatusCode, context.Response.Headers.WWWAuthenticate) = (401, "Basic realm=\"gateway\"");
        return Task.FromResult(true);
    };

    [Fact]
    public async Task ServiceDiscovery_BeforeMessageSecurity_FindsTheService()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var provider = Register(service, Order.Defaults);
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        http.BaseAddress = new Uri("http://orders/echo");
        Assert.Contains("EchoResponse", await http.CallAsync(Messages.Action, Messages.Body), StringComparison.Ordinal);
        Assert.Contains("EchoResponse", await http.CallAsync(Messages.Action, Messages.Body), StringComparison.Ordinal);
        Assert.Equal(1, service.Handshakes);
    }

    private static Uri AddressOf(TestService service, Order order) => order == Order.Defaults ? new Uri("http://orders/echo") : service.Address;

    private static HttpClient Client(ServiceProvider provider) => provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");

    private static ServiceProvider Register(TestService service, Order order)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(RecordedLog.Current));
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        if (order == Order.Defaults)
        {
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
                new Dictionary<string, string?> { ["Services:orders:http:0"] = service.Address.GetLeftPart(UriPartial.Authority) }).Build());
            services.AddServiceDiscovery();
            services.ConfigureHttpClientDefaults(http =>
            {
                http.AddStandardResilienceHandler().Configure(Quick);
                http.AddServiceDiscovery();
            });
        }

        var builder = services.AddHttpClient("echo");
        if (order == Order.Before)
        {
            builder.AddStandardResilienceHandler().Configure(Quick);
        }

        builder.AddSecureConversation(options =>
        {
            Credential.Fill(options, service.Binding);
            options.Credentials = Credential.ClientOf(TestCertificates.Service, EndpointIdentity.CreateDnsIdentity("localhost"));
        });
        if (order == Order.Behind)
        {
            builder.AddStandardResilienceHandler().Configure(Quick);
        }

        return services.BuildServiceProvider();
    }

    private sealed class Twice : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var first = await base.SendAsync(request, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private static void Quick(HttpStandardResilienceOptions options) => options.Retry.Delay = TimeSpan.FromMilliseconds(1);
}
