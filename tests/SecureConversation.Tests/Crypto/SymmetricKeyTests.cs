using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

public sealed class SymmetricKeyTests
{
    private static readonly EncryptionAlgorithm[] Ciphers =
        [EncryptionAlgorithm.Aes128, EncryptionAlgorithm.Aes192, EncryptionAlgorithm.Aes256, EncryptionAlgorithm.TripleDes];

    public static TheoryData<int, int> CiphersAndLengths
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var cipher = 0; cipher < Ciphers.Length; cipher++)
            {
                foreach (var length in new[] { 0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 1000, 100_000 })
                {
                    data.Add(cipher, length);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(CiphersAndLengths))]
    public void Decrypt_UndoesEncrypt(int cipher, int length)
    {
        var algorithm = Ciphers[cipher];
        using var key = SymmetricKey.Random(algorithm.KeyBytes);
        var plain = RandomNumberGenerator.GetBytes(length);
        var sealedBytes = Encrypt(key, algorithm, plain);
        Assert.Equal(0, sealedBytes.Length % algorithm.BlockBytes);
        Assert.True(sealedBytes.Length > plain.Length + algorithm.BlockBytes);

        var opened = new byte[sealedBytes.Length];
        Assert.True(key.TryDecrypt(algorithm, sealedBytes, opened, out var written));
        Assert.Equal(plain, opened.AsSpan(0, written).ToArray());
        Assert.All(opened[written..], octet => Assert.Equal(0, octet));
    }

    [Theory]
    [MemberData(nameof(CiphersAndLengths))]
    public void Platform_DecryptsWhatIsEncrypted(int cipher, int length)
    {
        var algorithm = Ciphers[cipher];
        var octets = RandomNumberGenerator.GetBytes(algorithm.KeyBytes);
        using var key = SymmetricKey.From(octets);
        using var platform = Platform(algorithm, octets);
        var plain = RandomNumberGenerator.GetBytes(length);
        var sealedBytes = Encrypt(key, algorithm, plain);
        var opened = platform.DecryptCbc(sealedBytes.AsSpan(algorithm.BlockBytes), sealedBytes.AsSpan(0, algorithm.BlockBytes), PaddingMode.ISO10126);
        Assert.Equal(plain, opened);
    }

    [Theory]
    [InlineData(PaddingMode.ISO10126)]
    [InlineData(PaddingMode.PKCS7)]
    [InlineData(PaddingMode.ANSIX923)]
    public void Decrypt_TakesAnyFiller(PaddingMode padding)
    {
        var octets = RandomNumberGenerator.GetBytes(32);
        using var key = SymmetricKey.From(octets);
        using var platform = Platform(EncryptionAlgorithm.Aes256, octets);
        var iv = RandomNumberGenerator.GetBytes(16);
        byte[] cipherText = [.. iv, .. platform.EncryptCbc((byte[])[1, 2, 3], iv, padding)];
        var opened = new byte[16];
        Assert.True(key.TryDecrypt(EncryptionAlgorithm.Aes256, cipherText, opened, out var written));
        Assert.Equal([1, 2, 3], opened[..written]);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(15, true)]
    [InlineData(16, true)]
    [InlineData(17, false)]
    [InlineData(255, false)]
    public void LastOctet_CountsThePadding(byte last, bool accepted)
    {
        var octets = RandomNumberGenerator.GetBytes(16);
        using var key = SymmetricKey.From(octets);
        using var platform = Platform(EncryptionAlgorithm.Aes128, octets);
        var blocks = Enumerable.Repeat((byte)0xEE, 32).ToArray();
        blocks[^1] = last;
        var iv = new byte[16];
        byte[] cipherText = [.. iv, .. platform.EncryptCbc(blocks, iv, PaddingMode.None)];
        var opened = new byte[32];
        Assert.Equal(accepted, key.TryDecrypt(EncryptionAlgorithm.Aes128, cipherText, opened, out var written));
        Assert.Equal(accepted ? 32 - last : 0, written);
        if (!accepted)
        {
            Assert.All(opened, octet => Assert.Equal(0, octet));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void Decrypt_RefusesACiphertextOfAnotherLength(int length)
    {
        using var key = SymmetricKey.Random(32);
        Assert.False(key.TryDecrypt(EncryptionAlgorithm.Aes256, new byte[length], new byte[64], out var written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Key_RefusesAnAlgorithmOfAnotherKeyLength()
    {
        using var key = SymmetricKey.Random(32);
        Assert.False(key.TryDecrypt(EncryptionAlgorithm.Aes128, new byte[32], new byte[32], out _));
        Assert.Throws<CryptographicException>(() => Encrypt(key, EncryptionAlgorithm.TripleDes, [1]));
    }

    [Fact]
    public void BuffersOfAWrongLength_AreTheFaultOfTheCaller()
    {
        using var key = SymmetricKey.Random(32);
        Assert.Throws<ArgumentException>(() => key.Encrypt(EncryptionAlgorithm.Aes256, [1], new byte[31]));
        Assert.Throws<ArgumentException>(() => key.TryDecrypt(EncryptionAlgorithm.Aes256, new byte[48], new byte[31], out _));
    }

    [Fact]
    public void Weak3desKeyOfAPeer_IsAnOrdinaryFailure()
    {
        using var key = SymmetricKey.From(new byte[24]);
        Assert.False(key.TryDecrypt(EncryptionAlgorithm.TripleDes, new byte[16], new byte[8], out _));
    }

    [Fact]
    public void IvAndFiller_ComeFromTheSource()
    {
        using var key = SymmetricKey.From(new byte[16]);
        var first = Encrypt(key, EncryptionAlgorithm.Aes128, [1, 2, 3], new CountingRandom());
        var second = Encrypt(key, EncryptionAlgorithm.Aes128, [1, 2, 3], new CountingRandom());
        Assert.Equal(first, second);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)i), first[..16]);

        using var platform = Platform(EncryptionAlgorithm.Aes128, new byte[16]);
        var padded = platform.DecryptCbc(first.AsSpan(16), first.AsSpan(0, 16), PaddingMode.None);
        Assert.Equal([1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 13], padded);
    }

    [Fact]
    public void SamePlaintext_GivesDifferentCiphertexts()
    {
        using var key = SymmetricKey.Random(32);
        Assert.NotEqual(Encrypt(key, EncryptionAlgorithm.Aes256, [1]), Encrypt(key, EncryptionAlgorithm.Aes256, [1]));
    }

    [Fact]
    public void Hmac_IsThatOfThePlatform()
    {
        byte[] octets = [1, 2, 3], data = [4, 5, 6];
        using var key = SymmetricKey.From(octets);
        var sha1 = new byte[20];
        var sha256 = new byte[32];
        key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha1, data, sha1);
        key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha256, data, sha256);
        Assert.Equal(HMACSHA1.HashData(octets, data), sha1);
        Assert.Equal(HMACSHA256.HashData(octets, data), sha256);
    }

    [Fact]
    public void Verify_TakesTheWholeRightMacOnly()
    {
        using var key = SymmetricKey.Random(24);
        byte[] data = [1, 2, 3];
        var mac = new byte[20];
        var algorithm = SymmetricSignatureAlgorithm.HmacSha1;
        key.ComputeHmac(algorithm, data, mac);
        Assert.True(key.VerifyHmac(algorithm, data, mac));
        Assert.False(key.VerifyHmac(algorithm, data, mac.AsSpan(0, 10)));
        Assert.False(key.VerifyHmac(algorithm, data, []));
        Assert.False(key.VerifyHmac(algorithm, data, [.. mac, 0]));
        Assert.False(key.VerifyHmac(algorithm, [1, 2], mac));
        Assert.False(key.VerifyHmac(SymmetricSignatureAlgorithm.HmacSha256, data, mac));
        for (var bit = 0; bit < 160; bit++)
        {
            mac[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.VerifyHmac(algorithm, data, mac));
            mac[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void OneKey_ServesManyThreads()
    {
        using var key = SymmetricKey.Random(32);
        Parallel.For(0, 400, i =>
        {
            var plain = Enumerable.Repeat((byte)(i % 251), i).ToArray();
            var opened = new byte[SymmetricKey.GetCiphertextLength(EncryptionAlgorithm.Aes256, i)];
            Assert.True(key.TryDecrypt(EncryptionAlgorithm.Aes256, Encrypt(key, EncryptionAlgorithm.Aes256, plain), opened, out var written));
            Assert.Equal(plain, opened[..written]);
        });
    }

    [Fact]
    public void DisposedKey_RefusesWorkEvenWithACipherAtHand()
    {
        var key = SymmetricKey.Random(32);
        _ = Encrypt(key, EncryptionAlgorithm.Aes256, [1]);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Encrypt(key, EncryptionAlgorithm.Aes256, [1]));
        Assert.Throws<ObjectDisposedException>(() => key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha1, [], new byte[20]));
        Assert.Throws<ObjectDisposedException>(() => key.Derive(KeyDerivationAlgorithm.PSha1, [], [], 0, 1));
    }

    [Fact]
    public void FixedTimeEquals_ComparesInFull()
    {
        using var key = SymmetricKey.From([1, 2, 3]);
        Assert.True(key.FixedTimeEquals([1, 2, 3]));
        Assert.False(key.FixedTimeEquals([1, 2]));
        Assert.False(key.FixedTimeEquals([1, 2, 4]));
    }

    [Fact]
    public void Digest_IsThatOfTheSuite()
    {
        var sha1 = new byte[20];
        var sha256 = new byte[32];
        Digest.Compute(SecurityAlgorithmSuite.Basic256.Digest, [1, 2], sha1);
        Digest.Compute(SecurityAlgorithmSuite.Basic256Sha256.Digest, [1, 2], sha256);
        Assert.Equal(SHA1.HashData([1, 2]), sha1);
        Assert.Equal(SHA256.HashData([1, 2]), sha256);
    }

    private static byte[] Encrypt(SymmetricKey key, EncryptionAlgorithm algorithm, byte[] plain, RandomSource? random = null)
    {
        var destination = new byte[SymmetricKey.GetCiphertextLength(algorithm, plain.Length)];
        key.Encrypt(algorithm, plain, destination, random);
        return destination;
    }

    private static SymmetricAlgorithm Platform(EncryptionAlgorithm algorithm, byte[] key)
    {
        SymmetricAlgorithm cipher = algorithm.IsTripleDes ? TripleDES.Create() : Aes.Create();
        cipher.Key = key;
        return cipher;
    }
}
