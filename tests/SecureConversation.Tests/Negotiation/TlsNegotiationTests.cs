using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>TLSNEGO between our two sides.</summary>
public sealed class TlsNegotiationTests
{
    public static TheoryData<string> AllBindings => [.. NegotiationScene.Names];

    [Theory]
    [MemberData(nameof(AllBindings))]
    public async Task Binding_CarriesRequestsAndReplies(string name)
    {
        using var loop = NegotiationScene.Open(name);
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        Assert.Equal(4, legs.Count);

        using var session = loop.Binding.EstablishesSession ? await loop.OpenAsync() : null;
        for (var i = 0; i < 3; i++)
        {
            using var request = session?.Secure(Loopback.Request(loop.Binding.MessageVersion))
                ?? loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
            using var result = await loop.Service.ReceiveAsync(request.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(session is null, dispatch.Session is null);
            Assert.Equal(UserOf(name), dispatch.User.Identity?.Name);
            Assert.DoesNotContain("h&amp;i", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
            using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
            using var verified = request.VerifyReply(reply.Envelope);
            Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        }

        if (session is not null)
        {
            return;
        }

        // The context serves them all.
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, (_, _) => throw new InvalidOperationException("negotiated again"));
    }

    [Fact]
    public void KeyThatIsNotExported_IsRefusedBeforeAnyNegotiation()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the platform's TLS takes keys of providers there");
        using var clientKey = new NonExportableRsa(TestCertificates.Client.GetRSAPrivateKey()!);
        using var serviceKey = new NonExportableRsa(TestCertificates.Service.GetRSAPrivateKey()!);
        using var client = new X509Credential(TestCertificates.Client, clientKey);
        using var service = new X509Credential(TestCertificates.Service, serviceKey);

        var ofService = Assert.Throws<ArgumentException>(() => NegotiationScene.Open(
            "certificate/2005/kept/single", service: new ServiceCredentials
            {
                ServiceCertificate = service,
                ClientCertificateValidation = TestCredentials.TrustAuthority,
            }));
        Assert.Contains("NegotiateServiceCredential", ofService.Message, StringComparison.Ordinal);
        var ofClient = Assert.Throws<ArgumentException>(() => NegotiationScene.Open(
            "certificate/2005/kept/single", client: new ClientCredentials { ClientCertificate = client }));
        Assert.Contains("NegotiateServiceCredential", ofClient.Message, StringComparison.Ordinal);
    }

    private static string? UserOf(string name) => name.Split('/')[0] switch
    {
        "username" => TestCredentials.UserName,
        "certificate" => TestCertificates.Client.GetNameInfo(X509NameType.SimpleName, false),
        _ => null,
    };
}
