using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing;

namespace SecureConversation.Tests;

public sealed class TestCertificatesTests
{
    [Fact]
    public void Certificates_ChainToTheAuthority()
    {
        Assert.All([TestCertificates.Service, TestCertificates.Client, TestCertificates.Other, TestCertificates.ServiceWithoutKeyIdentifier], certificate =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(TestCertificates.Authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            Assert.True(chain.Build(certificate), string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation)));
            Assert.True(certificate.HasPrivateKey);
            Assert.True(certificate.MatchesHostname("localhost"));
        });
    }

    [Fact]
    public void Period_IsThatOfTheAuthority()
    {
        Assert.All([TestCertificates.Service, TestCertificates.Client, TestCertificates.Other, TestCertificates.ServiceWithoutKeyIdentifier, TestCertificates.ClientWithoutKeyIdentifier],
            certificate => Assert.Equal((TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter), (certificate.NotBefore, certificate.NotAfter)));
    }

    [Fact]
    public void KeyIdentifier_IsThereOrNot()
    {
        Assert.Single(TestCertificates.Client.Extensions.OfType<X509SubjectKeyIdentifierExtension>());
        Assert.Empty(TestCertificates.ClientWithoutKeyIdentifier.Extensions.OfType<X509SubjectKeyIdentifierExtension>());
    }

    [Fact]
    public void NonExportableRsa_SignsAndDecryptsOnly()
    {
        using var key = new NonExportableRsa(TestCertificates.Client.GetRSAPrivateKey()!);
        using var peer = TestCertificates.Client.GetRSAPublicKey()!;
        byte[] data = [1, 2, 3];

        Assert.True(peer.VerifyData(data, key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
        Assert.Equal(data, key.Decrypt(peer.Encrypt(data, RSAEncryptionPadding.OaepSHA1), RSAEncryptionPadding.OaepSHA1));
        Assert.Throws<CryptographicException>(() => key.ExportParameters(true));
        Assert.Throws<CryptographicException>(() => key.ExportPkcs8PrivateKey());
    }
}
