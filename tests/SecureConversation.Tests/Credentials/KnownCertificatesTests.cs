using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Tests.Credentials;

/// <summary>What is kept of a certificate saves parsing it, and nobody notices: each gets an object of his own.</summary>
public sealed class KnownCertificatesTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    [Fact]
    public void Stranger_IsNotKnown() => Assert.Null(KnownCertificates.Find(Issue().RawData));

    [Fact]
    public void Copies_HaveOneKey_AndAreDisposedOfAlone()
    {
        using var first = Issue();
        KnownCertificates.Remember(first);
        var copy = KnownCertificates.Find(first.RawData)!;
        Assert.Equal(first.RawData, copy.RawData);
        Assert.False(copy.HasPrivateKey);
        using var one = CertificateKey.Open(first, out _);
        using (var other = CertificateKey.Open(copy, out _))
        {
            Assert.True(one.IsKept && other.IsKept);
            Assert.Same(one.Rsa, other.Rsa);
        }

        first.Dispose();
        copy.Dispose();
        using var third = KnownCertificates.Find(X509Facts.OfKnown(copy)!.Raw)!;
        using var key = CertificateKey.Open(third, out _);
        Assert.Same(one.Rsa, key.Rsa);
        Assert.Equal(2048, key.Rsa.KeySize);
    }

    [Fact]
    public void OtherOctets_AreAnotherCertificate()
    {
        using var known = Issue();
        KnownCertificates.Remember(known);
        var raw = known.RawData;
        raw[^1] ^= 1;
        Assert.Null(KnownCertificates.Find(raw));
        using var changed = KnownCertificates.Load(raw);
        Assert.Equal(raw, changed.RawData);
        Assert.Null(X509Facts.OfKnown(changed));
    }

    [Fact]
    public void Holder_IsTheSameIdentity_AndEachGetsHisOwn()
    {
        using var known = Issue();
        var read = ClientIdentity.FromCertificate(known);
        KnownCertificates.Remember(known);
        var again = ClientIdentity.FromCertificate(known);
        Assert.True(ClientIdentity.AreEqual(read, again));
        Assert.NotSame(again, ClientIdentity.FromCertificate(known));
        var kept = ClientIdentity.Keep(read, known);
        Assert.Same(kept, ClientIdentity.Keep(again, known));
        read.AddIdentity(new("other"));
        Assert.NotSame(kept, ClientIdentity.Keep(read, known));
        Assert.True(ClientIdentity.AreEqual(kept, again));
    }

    [Fact]
    public void ManyOthers_DisplaceTheOldest()
    {
        using var first = Issue();
        KnownCertificates.Remember(first);
        for (var i = 0; i < 2 * KnownCertificates.Generation + 1; i++)
        {
            using var other = Issue();
            KnownCertificates.Remember(other);
        }

        Assert.Null(KnownCertificates.Find(first.RawData));
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 1 }, 3)]
    [InlineData(new byte[] { 3 }, 1)]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 0, 0, 0, 0, 1 }, 9)]
    public void ExponentLength_IsThatOfTheKey(byte[] exponent, int length)
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        using var key = RSA.Create(new RSAParameters { Modulus = parameters.Modulus, Exponent = exponent });
        var request = new CertificateRequest(
            new X500DistinguishedName("CN=exponent"), new PublicKey(key), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = Create(request);
        Assert.Equal(length, CertificateKey.ReadExponentLength(certificate));
    }

    public void Dispose() => _key.Dispose();

    private X509Certificate2 Issue() =>
        Create(new CertificateRequest($"CN={Guid.NewGuid()}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private X509Certificate2 Create(CertificateRequest request) => request.Create(
        new X500DistinguishedName("CN=issuer"), X509SignatureGenerator.CreateForRSA(_key, RSASignaturePadding.Pkcs1),
        DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
}
