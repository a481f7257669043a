using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class SecurityAlgorithmSuiteTests
{
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private const string DsigMore = "http://www.w3.org/2001/04/xmldsig-more#";
    private const string Enc11 = "http://www.w3.org/2009/xmlenc11#";
    private const string Pss = "http://www.w3.org/2007/05/xmldsig-more#";
    private const string Enc = "http://www.w3.org/2001/04/xmlenc#";

    public static TheoryData<string, string, string, int, int, int> Ciphers => new()
    {
        // name, encryption, key wrap, encryption key, signature key, session key (bits)
        { "Basic256", "aes256-cbc", "kw-aes256", 256, 192, 256 },
        { "Basic192", "aes192-cbc", "kw-aes192", 192, 192, 192 },
        { "Basic128", "aes128-cbc", "kw-aes128", 128, 128, 128 },
        { "TripleDes", "tripledes-cbc", "kw-tripledes", 192, 192, 192 },
    };

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Suites_AreThoseOfTheTable(string family, string encryption, string wrap, int encryptionKey, int signatureKey, int key)
    {
        foreach (var sha256 in new[] { false, true })
        {
            foreach (var rsa15 in new[] { false, true })
            {
                var name = family + (sha256 ? "Sha256" : "") + (rsa15 ? "Rsa15" : "");
                Assert.True(SecurityAlgorithmSuite.TryParse(name, out var suite), name);
                Assert.Equal(name, suite.Name);
                Assert.Equal(sha256 ? Enc + "sha256" : Dsig + "sha1", suite.DefaultDigestAlgorithm);
                Assert.Equal(sha256 ? DsigMore + "hmac-sha256" : Dsig + "hmac-sha1", suite.DefaultSymmetricSignatureAlgorithm);
                Assert.Equal(sha256 ? DsigMore + "rsa-sha256" : Dsig + "rsa-sha1", suite.DefaultAsymmetricSignatureAlgorithm);
                Assert.Equal(Enc + encryption, suite.DefaultEncryptionAlgorithm);
                Assert.Equal(Enc + wrap, suite.DefaultSymmetricKeyWrapAlgorithm);
                Assert.Equal(Enc + (rsa15 ? "rsa-1_5" : "rsa-oaep-mgf1p"), suite.DefaultAsymmetricKeyWrapAlgorithm);
                Assert.Equal("http://www.w3.org/2001/10/xml-exc-c14n#", suite.DefaultCanonicalizationAlgorithm);
                Assert.Equal(encryptionKey, suite.DefaultEncryptionKeyDerivationLength);
                Assert.Equal(signatureKey, suite.DefaultSignatureKeyDerivationLength);
                Assert.Equal(key, suite.DefaultSymmetricKeyLength);
                Assert.Equal(encryptionKey, suite.Encryption.KeyBits);
                Assert.Equal(family == "TripleDes" ? 8 : 16, suite.Encryption.BlockBytes);
                Assert.Equal(sha256 ? 32 : 20, suite.SymmetricSignature.Size);

                Assert.True(suite.IsSymmetricKeyLengthSupported(key));
                Assert.True(suite.IsSymmetricKeyLengthSupported(256));
                Assert.False(suite.IsSymmetricKeyLengthSupported(key - 8));
                Assert.False(suite.IsSymmetricKeyLengthSupported(264));
            }
        }
    }

    [Fact]
    public void Suites_AreSixteenAndTheDefaultIsBasic256()
    {
        Assert.Equal(16, SecurityAlgorithmSuite.All.Select(s => s.Name).Distinct().Count());
        Assert.Same(SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.Default);
        Assert.Same(SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.Parse("Default"));
    }

    public static TheoryData<string, string, string, string, string, string, string> BeyondWcf => new()
    {
        // name, encryption, digest, HMAC, RSA signature, key transport, derivation
        { "Basic256Gcm", Enc11 + "aes256-gcm", Dsig + "sha1", Dsig + "hmac-sha1", Dsig + "rsa-sha1", Enc + "rsa-oaep-mgf1p", "P_SHA1" },
        { "Basic192Gcm", Enc11 + "aes192-gcm", Dsig + "sha1", Dsig + "hmac-sha1", Dsig + "rsa-sha1", Enc + "rsa-oaep-mgf1p", "P_SHA1" },
        { "Basic128Gcm", Enc11 + "aes128-gcm", Dsig + "sha1", Dsig + "hmac-sha1", Dsig + "rsa-sha1", Enc + "rsa-oaep-mgf1p", "P_SHA1" },
        { "Basic128GcmSha256", Enc11 + "aes128-gcm", Enc + "sha256", DsigMore + "hmac-sha256", DsigMore + "rsa-sha256", Enc + "rsa-oaep-mgf1p", "P_SHA1" },
        { "Basic128GcmSha256MgfSha256", Enc11 + "aes128-gcm", Enc + "sha256", DsigMore + "hmac-sha256", DsigMore + "rsa-sha256", Enc11 + "rsa-oaep", "P_SHA1" },
        { "Strong256", Enc11 + "aes256-gcm", Enc + "sha256", DsigMore + "hmac-sha256", Pss + "sha256-rsa-MGF1", Enc11 + "rsa-oaep", "P_SHA256" },
        { "Strong256Sha384", Enc11 + "aes256-gcm", DsigMore + "sha384", DsigMore + "hmac-sha384", Pss + "sha384-rsa-MGF1", Enc11 + "rsa-oaep", "P_SHA384" },
        { "Strong256Sha512", Enc11 + "aes256-gcm", Enc + "sha512", DsigMore + "hmac-sha512", Pss + "sha512-rsa-MGF1", Enc11 + "rsa-oaep", "P_SHA512" },
    };

    [Theory]
    [MemberData(nameof(BeyondWcf))]
    public void SuitesBeyondWcf_AreThoseOfTheTable(string name, string encryption, string digest, string hmac, string signature, string transport, string derivation)
    {
        var suite = SecurityAlgorithmSuite.Parse(name);
        Assert.Equal(name, suite.Name);
        Assert.Equal(encryption, suite.DefaultEncryptionAlgorithm);
        Assert.Equal(digest, suite.DefaultDigestAlgorithm);
        Assert.Equal(hmac, suite.DefaultSymmetricSignatureAlgorithm);
        Assert.Equal(signature, suite.DefaultAsymmetricSignatureAlgorithm);
        Assert.Equal(transport, suite.DefaultAsymmetricKeyWrapAlgorithm);
        Assert.Equal(derivation, suite.KeyDerivationAlgorithmName);
        Assert.True(suite.IsAuthenticatedEncryption);
        Assert.Equal(name.StartsWith("Strong", StringComparison.Ordinal) ? Enc11 + "ECDH-ES" : null, suite.DefaultKeyAgreementAlgorithm);
        Assert.Equal(name.StartsWith("Strong", StringComparison.Ordinal) ? 2048 : 1024, suite.MinAsymmetricKeyLength);
        Assert.Contains(suite, SecurityAlgorithmSuite.BeyondWcf);
        Assert.DoesNotContain(suite, SecurityAlgorithmSuite.All);
    }

    [Fact]
    public void SuitesBeyondWcf_AreAllInTheTable()
    {
        Assert.Equal(SecurityAlgorithmSuite.BeyondWcf.Select(s => s.Name), BeyondWcf.Select(row => row.Data.Item1));
        Assert.Equal(SecurityAlgorithmSuite.All.Length + SecurityAlgorithmSuite.BeyondWcf.Length, SecurityAlgorithmSuite.Known.Distinct().Count());
        Assert.All(SecurityAlgorithmSuite.All, suite => Assert.False(suite.IsAuthenticatedEncryption));
        Assert.All(SecurityAlgorithmSuite.All, suite => Assert.Null(suite.DefaultKeyAgreementAlgorithm));
    }

    [Theory]
    [InlineData(1023, false)]
    [InlineData(1024, true)]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void RsaKeys_HaveBounds(int bits, bool supported) =>
        Assert.All(SecurityAlgorithmSuite.All, suite => Assert.Equal(supported, suite.IsAsymmetricKeyLengthSupported(bits)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("basic256")]
    [InlineData("Basic512")]
    public void OtherNames_AreRefused(string? name)
    {
        Assert.False(SecurityAlgorithmSuite.TryParse(name, out _));
        Assert.Throws<FormatException>(() => SecurityAlgorithmSuite.Parse(name!));
    }
}
