using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.CertificateBindings;
using static SecureConversation.Tests.Roles.CertificateSteps;

namespace SecureConversation.Tests.Roles;

/// <summary>Sides that sign with one certificate and are encrypted for by another.</summary>
public sealed class SeparateCertificateTests
{
    private static readonly X509Certificate2 ClientEncryption = TestCertificates.IssueFor("localhost");
    private static readonly X509Certificate2 ServiceEncryption = TestCertificates.IssueFor("localhost");

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("duplex/derived/single")]
    [InlineData("mutualcert-wss10//single")]
    public async Task BothSides_EncryptForOneAndSignWithTheOther(string name)
    {
        using var loop = new Loopback(Bindings.Create(name), client: Client(), service: Service());
        using var decoder = new ConversationDecoder(loop.Binding, new ConversationKeys
        {
            Service = new(TestCertificates.Service),
            ServiceEncryption = new(ServiceEncryption),
            Client = new(TestCertificates.Client),
            ClientEncryption = new(ClientEncryption),
        });
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var asked = decoder.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Equal(TestCertificates.Client, dispatch.ClientCertificate);
        using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var answered = decoder.Decode(reply.Envelope, MessageDirection.ServiceToClient, DateTimeOffset.UtcNow);
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal((FailureCode.None, FailureCode.None), (asked.Failure, answered.Failure));
        Assert.Equal(TestCertificates.Service, verified.SenderCertificate);

        // Neither key opens what is for the other.
        Assert.Equal(FailureCode.WrongToken, Decode(loop, request.Envelope, MessageDirection.ClientToService));
        Assert.Equal(FailureCode.WrongToken, Decode(loop, reply.Envelope, MessageDirection.ServiceToClient));
    }

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("anonymous//single")]
    public async Task SymmetricBinding_IsEncryptedForTheSecondCertificateOfTheService(string name)
    {
        using var loop = new Loopback(Bindings.Create(name), client: Client(), service: Service());
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.WrongToken, Decode(loop, request.Envelope, MessageDirection.ClientToService));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.True(verified.IsSecured);
    }

    /// <summary>The key that signs only signs.</summary>
    [Fact]
    public async Task Request_ForTheCertificateThatSigns_IsRefused_UnlessTheServiceHasItForBoth()
    {
        var binding = Bindings.Create("duplex//single");
        using var loop = new Loopback(binding, service: Service());
        using var request = loop.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var refused = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(refused).Code);
        using var both = new Loopback(binding, service: new()
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ServiceEncryptionCertificate = new X509Credential(ServiceEncryption),
            OtherServiceCertificates = [new X509Credential(TestCertificates.Service)],
            ClientCertificateValidation = TestCredentials.TrustAuthority,
        });
        await ExchangeAsync(both);
    }

    /// <summary>A service that does not know the second certificate of its client answers for the first one.</summary>
    [Fact]
    public async Task Reply_ForTheCertificateThatSigned_IsRead()
    {
        using var loop = new Loopback(Bindings.Create("duplex//single"), client: Client(serviceEncryption: null));
        await ExchangeAsync(loop);
    }

    [Fact]
    public async Task Resolver_SaysWhatToEncryptFor()
    {
        using var loop = new Loopback(Bindings.Create("duplex//single"), client: Client(serviceEncryption: null),
            service: Knowing(new() { Resolver = new Directory() }));
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loop.Binding.MessageVersion));
        Assert.Equal(FailureCode.WrongToken, Decode(loop, reply.Envelope, MessageDirection.ServiceToClient));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.True(verified.IsSecured);
    }

    [Fact]
    public async Task Session_IsOpenedAndRenewed_AndGoesOnWhenTheCertificatesAreParted()
    {
        var binding = Renewals.With(Bindings.Create("duplex//session"), TimeSpan.FromMinutes(5));
        using var loop = new Loopback(binding, Observation.Today);
        using var session = await loop.OpenAsync();
        var served = await Renewals.CallAsync(loop, session);
        await loop.Service.UpdateCredentialsAsync(Service());
        loop.Client.UpdateCredentials(Client());
        Assert.Same(served, await Renewals.CallAsync(loop, session));
        await Renewals.RenewAsync(loop, session);
        Assert.Same(served, await Renewals.CallAsync(loop, session));
    }

    [Fact]
    public void CertificateToEncryptFor_OfAnotherName_IsRefusedBeforeAnythingIsSent()
    {
        using var loop = new Loopback(Bindings.Create("duplex//single"), client: Client(serviceEncryption: TestCertificates.IssueFor("elsewhere.example.org")), service: Service());
        var e = Assert.Throws<SecureConversationException>(() => loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address));
        Assert.Equal(FailureCode.IdentityMismatch, e.Code);
    }

    [Fact]
    public void CertificateToEncryptFor_ThatIsNotTrusted_IsRefusedBeforeAnythingIsSent()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        using var stranger = new CertificateRequest("CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var loop = new Loopback(Bindings.Create("duplex//single"), client: Client(serviceEncryption: stranger), service: Service());
        var e = Assert.Throws<SecureConversationException>(() => loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address));
        Assert.Equal(FailureCode.UntrustedCertificate, e.Code);
    }

    private static ClientCredentials Client() => Client(ServiceEncryption);

    private static ClientCredentials Client(X509Certificate2? serviceEncryption) => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        ClientEncryptionCertificate = new X509Credential(ClientEncryption),
        ServiceCertificate = TestCertificates.Service,
        ServiceEncryptionCertificate = serviceEncryption,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    private static ServiceCredentials Service() => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ServiceEncryptionCertificate = new X509Credential(ServiceEncryption),
        KnownClientCertificates = new() { Pairs = [new() { SigningCertificate = TestCertificates.Client, EncryptionCertificate = ClientEncryption }] },
        ClientCertificateValidation = TestCredentials.TrustAuthority,
    };

    /// <summary>What becomes of a message where only the keys that sign are at hand.</summary>
    private static FailureCode Decode(Loopback loop, ReadOnlyMemory<byte> envelope, MessageDirection direction)
    {
        using var decoder = new ConversationDecoder(loop.Binding, new ConversationKeys { Service = new(TestCertificates.Service), Client = new(TestCertificates.Client) });
        using var decoded = decoder.Decode(envelope, direction, DateTimeOffset.UtcNow);
        return decoded.Failure;
    }

    private sealed class Directory : IClientCertificateResolver
    {
        public X509Certificate2? FindCertificate(ClientCertificateReference reference) => null;

        public X509Certificate2? FindEncryptionCertificate(X509Certificate2 signingCertificate) =>
            signingCertificate.Equals(TestCertificates.Client) ? ClientEncryption : null;
    }
}
