using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Negotiation.Tls;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>What a client takes of a service whose TLS is in order: its certificate, and the context that it sends.</summary>
public sealed class NegotiationHostileServiceTests
{
    private const string Name = "username/2005/kept/single";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task Context_OfAnHonestService_IsTaken()
    {
        using var loop = NegotiationScene.Open(Name);
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, Service(loop, 32, response => response));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(200)]
    public async Task KeyOfAnotherLength_IsRefused(int length)
    {
        using var loop = NegotiationScene.Open(Name);
        Assert.Contains(await loop.RefusedAsync(Service(loop, length, response => response)),
            new[] { FailureCode.InvalidTrustResponse, FailureCode.NegotiationFailed });
    }

    [Fact]
    public async Task LifetimeThatEndsBeforeItBegins_IsRefused()
    {
        using var loop = NegotiationScene.Open(Name);
        Assert.Equal(FailureCode.InvalidTrustResponse, await loop.RefusedAsync(Service(loop, 32, response => response with
        {
            Created = new DateTimeOffset(9990, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Expires = new DateTimeOffset(2, 1, 1, 0, 0, 0, TimeSpan.Zero),
        })));
        Assert.Equal(FailureCode.InvalidTrustResponse, await loop.RefusedAsync(Service(loop, 32, response => response with { Expires = Now })));
    }

    /// <summary>An authority that serves people as well has certificates whose common names are what those people like.</summary>
    [Fact]
    public async Task CertificateThatIsNotForServers_IsRefused()
    {
        using var forClients = Issue("1.3.6.1.5.5.7.3.2");
        using var refused = Open(forClients, null);
        Assert.Equal(FailureCode.UntrustedCertificate, await refused.RefusedAsync());

        // Who names the very certificate has chosen it.
        using var chosen = Open(forClients, EndpointIdentity.CreateX509CertificateIdentity(forClients));
        await chosen.Client.EnsureNegotiatedAsync(Loopback.Address, chosen.Legs());

        using var forServers = Issue("1.3.6.1.5.5.7.3.1");
        using var taken = Open(forServers, null);
        await taken.Client.EnsureNegotiatedAsync(Loopback.Address, taken.Legs());
    }

    private static Loopback Open(X509Certificate2 service, EndpointIdentity? identity) => NegotiationScene.Open(
        "none/2005/kept/single",
        client: new ClientCredentials { ServiceCertificateValidation = TestCredentials.TrustAuthority, ServiceIdentity = identity },
        service: new ServiceCredentials { ServiceCertificate = new X509Credential(service) });

    private static X509Certificate2 Issue(string usage)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        byte[] serial = [1, .. RandomNumberGenerator.GetBytes(15)];
        using var issued = request.Create(
            TestCertificates.Authority, TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter, serial);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A service that does all as it should, but for what it sends as its context.</summary>
    private static LegExchange Service(Loopback loop, int keyLength, Func<NegotiatedTokenResponse, NegotiatedTokenResponse> change)
    {
        var messages = new EndpointMessages(loop.Binding).Application;
        var protocol = messages.Protocol;
        var end = TlsEnd.ForService(new X509Credential(TestCertificates.Service), requireClientCertificate: false);
        var transcript = new NegotiationTranscript();
        return async (leg, _) =>
        {
            using var wire = SoapEnvelope.Parse(leg.Envelope, messages.Soap, XmlLimits.Default, indexBody: true);
            var body = wire.Body.FirstChild;
            transcript.Add(body);
            var read = body.Is(protocol.RequestSecurityToken) ? NegotiationLeg.ReadRequest(body, protocol) : NegotiationLeg.ReadResponse(body, protocol);
            var exchange = new BinaryExchange(read.Exchange.ValueType, await end.StepAsync(read.Exchange.Octets));
            if (!end.IsComplete)
            {
                using var canonical = new PooledBytes();
                new NegotiationLeg(read.Context, exchange).WriteResponse(canonical, protocol);
                transcript.Add(canonical.Span);
                return Envelope(messages, output => output.Write(canonical.Span));
            }

            var key = RandomNumberGenerator.GetBytes(keyLength);
            var response = change(new NegotiatedTokenResponse(read.Context)
            {
                Token = new SecurityContextToken("urn:uuid:1", null, HasCookie: false),
                TokenId = "t",
                TokenXml = Token(protocol),
                WrapAlgorithm = Engine.Names.NegotiationNames.Of(new SecureConversation.Binding.SslSecurityTokenParameters(), protocol).Wrap,
                WrappedKey = keyLength == 0 ? [23, 3, 3, 0, 0] : await end.WrapAsync(key),
                Created = Now,
                Expires = Now.AddHours(1),
                KeySize = keyLength * 8,
                Exchange = exchange,
            });
            using var seen = new PooledBytes();
            response.WriteFirst(seen, protocol, withSecrets: false);
            transcript.Add(seen.Span);
            response = response with { Authenticator = transcript.ComputeAuthenticator(key) };
            end.Dispose();
            return Envelope(messages, output => response.Write(output, protocol));
        };
    }

    private static byte[] Token(Engine.Names.ProtocolVersion protocol)
    {
        using var token = new PooledBytes();
        TokenWriter.SecurityContextToken(token, "t", "urn:uuid:1", instance: null, default, protocol);
        return token.Span.ToArray();
    }

    private static byte[] Envelope(BindingMessages messages, Action<PooledBytes> body)
    {
        using var envelope = EnvelopeWriter.Reply(messages.Soap, messages.Protocol.TokenIssueResponseAction, relatesTo: null, body);
        return envelope.Span.ToArray();
    }
}
