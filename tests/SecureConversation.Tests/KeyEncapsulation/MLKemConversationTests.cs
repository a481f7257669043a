using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>Messages, handshakes, renewals and the end of sessions whose keys are wrapped by ML-KEM.</summary>
public sealed class MLKemConversationTests
{
    public MLKemConversationTests() => Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);

    public static MatrixTheoryData<int, string> SetsAndBindings => new(
        [768, 1024],
        [
            "mutualcert/strong/session", "mutualcert-2007/strong/single", "anonymous/strong/session", "anonymous/strong/single", "username/strong/session",
            "username//session", "username//single", "mutualcert/no-derived/single", "mutualcert/encrypt-first/single", "mutualcert/sign-first/session",
            "mutualcert/protected-tokens/single", "anonymous/bound/session", "mutualcert/once/single", "anonymous/lax/session",
        ]);

    [Theory]
    [MemberData(nameof(SetsAndBindings))]
    public async Task ServiceWithMLKem_IsTalkedTo(int set, string name)
    {
        using var loopback = MLKemMessages.Create(name, set);
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        var request = Loopback.Request(loopback.Binding.MessageVersion);
        using var secured = session?.Secure(request) ?? loopback.Client.Secure(request, Loopback.Address);
        Assert.Equal(session is null, MLKemMessages.Contains(secured.Envelope, $"urn:secure-conversation:algorithms:kem:ml-kem-{set}\""));
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        Assert.False(MLKemMessages.Contains(reply.Envelope, "ml-kem"));
        using var verified = secured.VerifyReply(reply.Envelope);
        Assert.True(MLKemMessages.Contains(verified.Envelope, "EchoResponse"));
    }

    [Theory]
    [InlineData(768)]
    [InlineData(1024)]
    public async Task Session_IsRenewedAndCancelled(int set)
    {
        using var loopback = MLKemMessages.Create("mutualcert/strong/session", set);
        using var session = await loopback.OpenAsync();
        using var renew = session.StartRenewal();
        using var renewal = await loopback.Service.ReceiveAsync(renew.Envelope);
        using var renewed = renew.Complete(Assert.IsType<ServiceResult.Respond>(renewal).Envelope);
        using var cancel = renewed.StartCancel();
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
    }

    /// <summary>A client signs by RSA or ECDSA, as in Strong256.</summary>
    [Theory]
    [InlineData("RSA")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    public async Task ClientWithAnotherKindOfKey_Endorses(string kind)
    {
        var client = kind switch { "RSA" => TestCertificates.Client, "P-256" => TestCertificates.ClientP256, _ => TestCertificates.ClientP384 };
        using var loopback = new Loopback(Bindings.Create("mutualcert/strong/single", MLKemMessages.Suite),
            client: MLKemMessages.Client(MLKemCertificates.Service768.Certificate, client),
            service: MLKemMessages.Service(MLKemMessages.Credential(MLKemCertificates.Service768)));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.True(MLKemMessages.Contains(secured.Envelope, kind == "RSA" ? "sha256-rsa-MGF1" : "ecdsa-sha256"));
    }

    /// <summary>A service that changes its certificate takes keys for both.</summary>
    [Fact]
    public async Task ServiceWithTwoCertificates_TakesKeysForBoth()
    {
        var service = MLKemMessages.Service(MLKemMessages.Credential(MLKemCertificates.Service1024), MLKemMessages.Credential(MLKemCertificates.Service768));
        foreach (var own in new[] { MLKemCertificates.Service768, MLKemCertificates.Service1024 })
        {
            using var loopback = new Loopback(Bindings.Create("anonymous/strong/session", MLKemMessages.Suite), client: MLKemMessages.Client(own.Certificate), service: service);
            using var session = await loopback.OpenAsync();
        }
    }

    /// <summary>A file with the certificate and its private key.</summary>
    [Theory]
    [InlineData(768)]
    [InlineData(1024)]
    public async Task CertificateOfAFile_BringsItsKey(int set)
    {
        using var whole = MLKemMessages.ServiceOf(set).WithKey();
        using var loaded = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12, "password"), "password");
        using var credential = new X509Credential(loaded);
        using var loopback = new Loopback(Bindings.Create("anonymous/strong/session", MLKemMessages.Suite),
            client: MLKemMessages.Client(whole), service: MLKemMessages.Service(credential));
        using var session = await loopback.OpenAsync();
    }
}
