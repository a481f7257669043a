using System.Text.Json.Nodes;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;
using SecureConversation.Redis.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Two gateways at one address: a session that one has opened goes on at the other.</summary>
public sealed class SeveralGatewaysTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Fact]
    public async Task SessionsInRedis_GoOnAtTheOtherGateway()
    {
        await using var redis = await RedisServer.StartAsync();
        await CallBothAsync(settings => settings["Redis"] = new JsonObject { ["Configuration"] = redis.Configuration });
    }

    [Fact]
    public Task SessionsInCookies_GoOnAtTheOtherGateway() => CallBothAsync(settings =>
    {
        var security = settings["Inward"]!["orders"]!["Security"]!.AsObject();
        security.Remove("MessageSecurity");
        security["Binding"] = Cookies();
    }, isInCookie: true);

    private static JsonObject Cookies() => JsonNode.Parse(Configuration.BindingText.ToJson(InCookie))!["Binding"]!.DeepClone().AsObject();

    private static Binding.SecurityBindingElement InCookie => Binding.SecurityBindingElement.CreateSecureConversationBindingElement(
        Binding.SecurityBindingElement.CreateMutualCertificateBindingElement(), requireCancellation: false);

    private static async Task CallBothAsync(Action<JsonObject> change, bool isInCookie = false)
    {
        var keys = Directory.CreateTempSubdirectory("SecureConversation.Gateway.Keys.");
        try
        {
            await using var service = await TestService.StartPlainAsync();
            JsonObject Settings()
            {
                var settings = Sections.GatewayInward(service.Address);
                // The port of the load balancer is another one.
                settings["Inward"]!["orders"]!["Security"]!["AddressFilter"] = "PathOnly";
                settings["KeyRing"] = new JsonObject { ["Path"] = keys.FullName };
                change(settings);
                return settings;
            }

            await using var one = await RunningGateway.StartAsync(Settings());
            await using var other = await RunningGateway.StartAsync(Settings());
            var turns = new Turns([one.Outer, other.Outer]);
            var options = new SecureConversationHttpOptions
            {
                MessageSecurity = isInCookie ? null : TestService.Security(Binding.MessageCredentialType.Certificate),
                Binding = isInCookie ? InCookie : null,
                Credentials = new Credentials.ClientCredentials
                {
                    ClientCertificate = new Credentials.X509Credential(TestCertificates.Client),
                    ServiceCertificate = TestCertificates.Service,
                    ServiceCertificateValidation = Credentials.CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
                },
                LoggerFactory = RecordedLog.Current,
            };
            await using var client = new SecureConversationClient(new Uri("http://localhost/orders"), options, turns);

            for (var call = 0; call < 8; call++)
            {
                Assert.Contains("done", await client.CallAsync("urn:e/Place", Call), StringComparison.Ordinal);
            }

            Assert.Equal(8, service.Seen.Count);
            // One handshake, and the calls on both.
            Assert.Equal(9, turns.Sent);
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    /// <summary>A load balancer without affinity.</summary>
    private sealed class Turns(Uri[] gateways) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _sent;

        public int Sent => _sent;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var gateway = gateways[(Interlocked.Increment(ref _sent) - 1) % gateways.Length];
            request.RequestUri = new UriBuilder(request.RequestUri!) { Host = gateway.Host, Port = gateway.Port }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
