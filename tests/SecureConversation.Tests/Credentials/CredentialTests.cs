using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Tests.Crypto;

namespace SecureConversation.Tests.Credentials;

public sealed class CredentialTests
{
    [Fact]
    public void Credential_OutlivesTheCertificateItWasMadeFrom()
    {
        var certificate = DatedCertificates.SelfSigned("CN=service");
        var raw = certificate.RawData;
        using var credential = new X509Credential(certificate);
        certificate.Dispose();
        Assert.Equal(raw, credential.Certificate.RawData);
        Assert.False(credential.Certificate.HasPrivateKey);
        AssertPair(credential);
        Assert.Equal("CN=service", credential.ToString());
    }

    [Fact]
    public void KeyHeldElsewhere_IsUsedAndLeftAlone()
    {
        using var certificate = DatedCertificates.SelfSigned("CN=service");
        using var bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        using var inner = certificate.GetRSAPrivateKey()!;
        using var token = new TokenRsa(inner);
        using (var credential = new X509Credential(bare, token))
        {
            Assert.Same(token, credential.PrivateKey);
            AssertPair(credential);
        }

        Assert.NotEmpty(RsaSignature.Sign(token, AsymmetricSignatureAlgorithm.RsaSha1, [1]));
    }

    [Fact]
    public void CertificateWithoutPrivateKey_IsRefused()
    {
        using var certificate = DatedCertificates.SelfSigned("CN=service");
        using var bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        Assert.Throws<ArgumentException>(() => new X509Credential(bare));
    }

    [Fact]
    public void KeyOfAnotherKind_IsRefused()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=ec", ecdsa, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DatedCertificates.Now, DatedCertificates.Now.AddDays(1));
        using var rsa = RSA.Create(2048);
        Assert.Throws<ArgumentException>(() => new X509Credential(certificate, rsa));
    }

    [Fact]
    public void KeyOfAnotherLength_IsRefused()
    {
        using var certificate = DatedCertificates.SelfSigned("CN=service");
        using var other = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => new X509Credential(certificate, other));
    }

    [Fact]
    public void Password_NeverShows()
    {
        var credential = new UserNameCredential("alice", "open sesame");
        Assert.Equal("alice", $"{credential}");
        Assert.Equal("open sesame", credential.Password);
        Assert.Throws<ArgumentException>(() => new UserNameCredential("", "x"));
    }

    [Fact]
    public async Task Validators_AskTheirDelegate()
    {
        var validator = UserNamePasswordValidator.Create((userName, password) => userName == "alice" && password == "p");
        Assert.True(await validator.ValidateAsync("alice", "p", CancellationToken.None));
        Assert.False(await validator.ValidateAsync("alice", "q", CancellationToken.None));

        using var source = new CancellationTokenSource();
        CancellationToken seen = default;
        validator = UserNamePasswordValidator.Create((_, _, token) =>
        {
            seen = token;
            return ValueTask.FromResult(true);
        });
        Assert.True(await validator.ValidateAsync("bob", "", source.Token));
        Assert.Equal(source.Token, seen);
    }

    private static void AssertPair(X509Credential credential)
    {
        var signature = RsaSignature.Sign(credential.PrivateKey, AsymmetricSignatureAlgorithm.RsaSha256, [1, 2]);
        Assert.True(RsaSignature.Verify(credential.PublicKey, AsymmetricSignatureAlgorithm.RsaSha256, [1, 2], signature));
    }
}
