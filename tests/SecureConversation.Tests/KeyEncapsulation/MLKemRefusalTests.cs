using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>Where a suite or a certificate with ML-KEM is refused, in words.</summary>
public sealed class MLKemRefusalTests
{
    [Fact]
    public void Suite_IsFoundByItsNameAndInNoList()
    {
#pragma warning disable SC0001 // What is tested here is experimental.
        var suite = SecurityAlgorithmSuite.Strong256MLKem;
#pragma warning restore SC0001
        Assert.Same(suite, MLKemMessages.Suite);
        Assert.DoesNotContain(suite, SecurityAlgorithmSuite.Known);
        Assert.DoesNotContain(suite, SecurityAlgorithmSuite.BeyondWcf);
        Assert.Equal("urn:secure-conversation:algorithms:kem:ml-kem", suite.DefaultAsymmetricKeyWrapAlgorithm);
        Assert.Equal("http://www.w3.org/2001/04/xmlenc#kw-aes256", suite.DefaultSymmetricKeyWrapAlgorithm);
        Assert.Null(suite.DefaultKeyAgreementAlgorithm);
        Assert.Equal(SecurityAlgorithmSuite.Strong256.DefaultEllipticCurveSignatureAlgorithm, suite.DefaultEllipticCurveSignatureAlgorithm);
    }

    /// <summary>The refusal is that of the platform, whatever else is right or wrong.</summary>
    [Fact]
    public void PlatformWithoutMLKem_IsRefusedWithTheRemedy()
    {
        Assert.SkipWhen(MLKem.IsSupported, "This platform has ML-KEM.");
        using var certificate = MLKemCertificates.OfNobody(MLKemAlgorithm.MLKem768);
        var binding = Bindings.Create("anonymous/strong/session", MLKemMessages.Suite);
        Refuses(() => _ = new MessageSecurityClient(binding, MLKemMessages.Client(certificate)), "Strong256MLKem", "no ML-KEM", "OpenSSL 3.5", "Windows");
        Refuses(() => _ = new MessageSecurityService(binding, TestCredentials.Service, new()), "Strong256MLKem", "no ML-KEM", "OpenSSL 3.5", "Windows");
        Refuses(() => _ = new X509Credential(certificate), "no private key", "no ML-KEM", "OpenSSL 3.5");
    }

    /// <summary>A suite without ML-KEM, on every platform.</summary>
    [Theory]
    [InlineData("anonymous/strong/single", "Strong256")]
    [InlineData("username//session", "Basic256Sha256")]
    public void CertificateWithMLKem_IsRefusedByOtherSuites(string name, string suite)
    {
        using var certificate = MLKemCertificates.OfNobody(MLKemAlgorithm.MLKem768);
        var binding = Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite));
        Refuses(() => _ = new MessageSecurityClient(binding, MLKemMessages.Client(certificate)), "ML-KEM", suite, "Strong256MLKem", "ServiceEncryptionCertificate");
    }

    [Theory]
    [InlineData("mutualcert-wss10//single")]
    [InlineData("duplex//session")]
    public void AsymmetricBinding_IsRefused(string name) =>
        Refuses(() => Bindings.Create(name, MLKemMessages.Suite), "Strong256MLKem", "symmetric", "signs nothing");

    [Fact]
    public void BindingWithoutTheCertificateBeforehand_IsRefused()
    {
        foreach (var element in new SecurityBindingElement[]
        {
            SecurityBindingElement.CreateUserNameOverTransportBindingElement(), SecurityBindingElement.CreateSslNegotiationBindingElement(false),
            SecurityBindingElement.CreateSspiNegotiationBindingElement(),
        })
        {
            Refuses(() => MessageSecurityBinding.Create(element with { DefaultAlgorithmSuite = MLKemMessages.Suite }), "Strong256MLKem", "NegotiateServiceCredential = false");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SessionAndBootstrap_HaveTheSuiteBothOrNone(bool isOfBootstrap)
    {
        var bootstrap = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with
        {
            DefaultAlgorithmSuite = isOfBootstrap ? MLKemMessages.Suite : SecurityAlgorithmSuite.Strong256,
        };
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
        {
            DefaultAlgorithmSuite = isOfBootstrap ? SecurityAlgorithmSuite.Strong256 : MLKemMessages.Suite,
        };
        Refuses(() => MessageSecurityBinding.Create(session), "of both, or of none");
    }

    [Fact]
    public void CertificateThatCannotServe_IsRefused()
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var (service, key) = MLKemCertificates.Service768;
        using var small = MLKemCertificates.OfNobody(MLKemAlgorithm.MLKem512);
        using var withParameters = MLKemCertificates.Certify(MLKemAlgorithm.MLKem768, key.ExportEncapsulationKey(), parameters: [5, 0]);
        using var shortKey = MLKemCertificates.Certify(MLKemAlgorithm.MLKem768, new byte[1183]);
        using var noKey = MLKemCertificates.Certify(MLKemAlgorithm.MLKem768, [.. Enumerable.Repeat((byte)0xFF, 1184)]);
        using var signing = MLKemCertificates.Certify(MLKemAlgorithm.MLKem768, key.ExportEncapsulationKey(), X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature);
        foreach (var (certificate, words) in new[]
        {
            (TestCertificates.Service, "these alone"), (TestCertificates.AgreeingServiceP256, "these alone"), (small, "these alone"), (withParameters, "these alone"),
            (shortKey, "these alone"), (noKey, "is none of ML-KEM"), (signing, "keyEncipherment alone"),
        })
        {
            Refuses(() => _ = new MessageSecurityClient(Bindings.Create("anonymous/strong/session", MLKemMessages.Suite), MLKemMessages.Client(certificate)), words, "ServiceCertificate");
        }

        Refuses(() => _ = new MessageSecurityService(Bindings.Create("anonymous/strong/single", MLKemMessages.Suite), TestCredentials.Service, new()), "these alone");
        using var own = MLKemMessages.Credential((service, key));
        var client = MLKemMessages.Client(service, own);
        Refuses(() => _ = new MessageSecurityClient(Bindings.Create("mutualcert/strong/single", MLKemMessages.Suite), client), "signs nothing");
        Refuses(() => _ = new MessageSecurityService(Bindings.Create("anonymous/strong/single"), MLKemMessages.Service(own), new()), "Strong256MLKem");
    }

    [Fact]
    public void KeyHeldElsewhere_HasToBeThatOfTheCertificate()
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var (service768, key768) = MLKemCertificates.Service768;
        var (service1024, key1024) = MLKemCertificates.Service1024;
        using var other = MLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        Refuses(() => MLKemMessages.Credential((service768, other)), "ML-KEM key");
        Refuses(() => MLKemMessages.Credential((service768, key1024)), "ML-KEM key");
        Refuses(() => MLKemMessages.Credential((service1024, key768)), "ML-KEM key");
        Refuses(() => MLKemMessages.Credential((TestCertificates.Service, key768)), "ML-KEM key");
        using var credential = MLKemMessages.Credential((service768, key768));
        Assert.Equal(service768.Thumbprint, credential.Certificate.Thumbprint);
    }

    private static void Refuses(Action create, params string[] words)
    {
        var refusal = Assert.ThrowsAny<Exception>(create);
        Assert.True(refusal is ArgumentException or InvalidOperationException, refusal.ToString());
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }
}
