using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

public sealed class RsaTests
{
    private static readonly RSA Rsa = RSA.Create(2048);

    public static TheoryData<bool> Wraps => [true, false];

    private static KeyWrapAlgorithm Algorithm(bool oaep) => oaep ? KeyWrapAlgorithm.RsaOaep : KeyWrapAlgorithm.Rsa15;

    [Theory]
    [MemberData(nameof(Wraps))]
    public void Unwrap_UndoesWrap(bool oaep)
    {
        using var key = SymmetricKey.Random(32);
        var wrapped = RsaKeyTransport.Wrap(Rsa, Algorithm(oaep), key);
        using var unwrapped = RsaKeyTransport.Unwrap(Rsa, Algorithm(oaep), wrapped, 32, 32, 32, out var substituted);
        Assert.False(substituted);
        Assert.True(unwrapped.FixedTimeEquals(Octets(key)));
    }

    [Theory]
    [MemberData(nameof(Wraps))]
    public void Failure_GivesARandomKey(bool oaep)
    {
        var algorithm = Algorithm(oaep);
        var garbled = RsaKeyTransport.Wrap(Rsa, algorithm, new byte[32]);
        garbled[^1] ^= 1;
        byte[][] cases =
        [
            garbled,
            [],
            new byte[255],
            new byte[256],
            [.. Enumerable.Repeat((byte)0xFF, 256)],
            new byte[257],
            RsaKeyTransport.Wrap(Rsa, Algorithm(!oaep), new byte[32]),
        ];
        foreach (var wrapped in cases)
        {
            using var first = RsaKeyTransport.Unwrap(Rsa, algorithm, wrapped, 32, 32, 32, out _);
            using var second = RsaKeyTransport.Unwrap(Rsa, algorithm, wrapped, 32, 32, 32, out _);
            Assert.Equal(32, first.Length);
            Assert.False(first.FixedTimeEquals(new byte[32]));
            Assert.Equal(32, second.Length);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(33)]
    public void KeyOfAnotherLength_GivesARandomKey(int length)
    {
        var wrapped = RsaKeyTransport.Wrap(Rsa, KeyWrapAlgorithm.RsaOaep, new byte[length]);
        using var key = RsaKeyTransport.Unwrap(Rsa, KeyWrapAlgorithm.RsaOaep, wrapped, 24, 32, 24, out var substituted);
        Assert.True(substituted);
        Assert.Equal(24, key.Length);
        Assert.False(key.FixedTimeEquals(new byte[24]));
    }

    [Fact]
    public void Signature_VerifiesAndAnyChangeDoesNot()
    {
        foreach (var algorithm in new[] { AsymmetricSignatureAlgorithm.RsaSha1, AsymmetricSignatureAlgorithm.RsaSha256 })
        {
            byte[] data = [1, 2, 3];
            var signature = RsaSignature.Sign(Rsa, algorithm, data);
            Assert.Equal(Rsa.SignData(data, algorithm.Hash, RSASignaturePadding.Pkcs1), signature);
            Assert.True(RsaSignature.Verify(Rsa, algorithm, data, signature));
            Assert.False(RsaSignature.Verify(Rsa, algorithm, [1, 2], signature));
            signature[0] ^= 1;
            Assert.False(RsaSignature.Verify(Rsa, algorithm, data, signature));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(4096)]
    public void Verify_NeverThrows(int length)
    {
        var signature = Enumerable.Repeat((byte)0xFF, length).ToArray();
        Assert.False(RsaSignature.Verify(Rsa, AsymmetricSignatureAlgorithm.RsaSha1, [1], signature));
    }

    [Fact]
    public void KeyThatCannotBeExported_SignsAndUnwraps()
    {
        using var token = new TokenRsa(Rsa);
        Assert.Throws<CryptographicException>(() => token.ExportParameters(includePrivateParameters: true));

        var signature = RsaSignature.Sign(token, AsymmetricSignatureAlgorithm.RsaSha256, [1, 2, 3]);
        Assert.True(RsaSignature.Verify(Rsa, AsymmetricSignatureAlgorithm.RsaSha256, [1, 2, 3], signature));

        using var key = SymmetricKey.Random(32);
        var wrapped = RsaKeyTransport.Wrap(Rsa, KeyWrapAlgorithm.RsaOaep, key);
        using var unwrapped = RsaKeyTransport.Unwrap(token, KeyWrapAlgorithm.RsaOaep, wrapped, 32, 32, 32, out var substituted);
        Assert.False(substituted);
        Assert.True(unwrapped.FixedTimeEquals(Octets(key)));

        wrapped[0] ^= 1;
        using var random = RsaKeyTransport.Unwrap(token, KeyWrapAlgorithm.RsaOaep, wrapped, 32, 32, 32, out substituted);
        Assert.True(substituted);
    }

    private static byte[] Octets(SymmetricKey key)
    {
        var octets = new byte[key.Length];
        key.CopyTo(octets);
        return octets;
    }
}
