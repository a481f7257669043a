using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

public sealed class ReadyKeysTests
{
    private static readonly EncryptionAlgorithm Aes256 = EncryptionAlgorithm.Aes256;

    [Fact]
    public void ReadyKey_EncryptsAndDecryptsAsThePlatformDoes_MessageAfterMessage()
    {
        foreach (var algorithm in new[] { Aes256, EncryptionAlgorithm.Aes128, EncryptionAlgorithm.TripleDes })
        {
            var octets = RandomNumberGenerator.GetBytes(algorithm.KeyBytes);
            using var key = SymmetricKey.From(octets);
            using SymmetricAlgorithm platform = algorithm.IsTripleDes ? TripleDES.Create() : Aes.Create();
            platform.Key = octets;
            var ivs = new HashSet<string>();
            for (var length = 0; length < 200; length++)
            {
                var plain = RandomNumberGenerator.GetBytes(length * 25);
                var ours = new byte[SymmetricKey.GetCiphertextLength(algorithm, plain.Length)];
                key.Encrypt(algorithm, plain, ours);
                var iv = ours[..algorithm.BlockBytes];
                Assert.Equal(plain, platform.DecryptCbc(ours.AsSpan(iv.Length), iv, PaddingMode.ISO10126));
                Assert.True(ivs.Add(Convert.ToHexString(iv)));

                var theirIv = RandomNumberGenerator.GetBytes(algorithm.BlockBytes);
                byte[] theirs = [.. theirIv, .. platform.EncryptCbc(plain, theirIv, PaddingMode.ISO10126)];
                var opened = new byte[theirs.Length];
                Assert.True(key.TryDecrypt(algorithm, theirs, opened, out var written));
                Assert.Equal(plain, opened.AsSpan(0, written).ToArray());
            }
        }
    }

    [Fact]
    public void ReadyKey_MakesTheSameMac_WhateverItDidBefore()
    {
        var octets = RandomNumberGenerator.GetBytes(32);
        using var key = SymmetricKey.From(octets);
        for (var i = 0; i < 100; i++)
        {
            var data = RandomNumberGenerator.GetBytes(i * 7);
            var (sha1, sha256) = (new byte[20], new byte[32]);
            key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha1, data, sha1);
            Assert.Equal(HMACSHA1.HashData(octets, data), sha1);
            if (i % 3 == 0)
            {
                key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha256, data, sha256);
                Assert.Equal(HMACSHA256.HashData(octets, data), sha256);
            }
        }
    }

    [Fact]
    public void Ciphers_ChangeWithTheAlgorithm()
    {
        using var key = SymmetricKey.Random(Aes256.KeyBytes);
        for (var i = 0; i < 20; i++)
        {
            var sealedBytes = new byte[SymmetricKey.GetCiphertextLength(Aes256, 5)];
            key.Encrypt(Aes256, [1, 2, 3, 4, 5], sealedBytes);
            var opened = new byte[sealedBytes.Length];
            Assert.True(key.TryDecrypt(Aes256, sealedBytes, opened, out var written));
            Assert.Equal(5, written);
            Assert.False(key.TryDecrypt(EncryptionAlgorithm.TripleDes, sealedBytes, opened, out _));
        }
    }

    [Fact]
    public void Key_HasItsPlace_WhenItComesInARow_AndUntilItIsDisposedOf()
    {
        var key = SymmetricKey.Random(32);
        ReadyKey? ready = null;
        for (var i = 0; i < 20 && ready is null; i++)
        {
            ready = ReadyKeys.Take(key);
        }

        Assert.NotNull(ready);
        ReadyKeys.Return(ready);
        Assert.Same(ready, ReadyKeys.Take(key));

        // Given back after the end of the key: it is not kept.
        key.Dispose();
        ReadyKeys.Return(ready);
        Assert.NotSame(ready, ReadyKeys.Take(key));
        Assert.Throws<ObjectDisposedException>(() => key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha1, [1], new byte[20]));
        Assert.Throws<ObjectDisposedException>(() => key.Encrypt(Aes256, [1], new byte[32]));
    }

    [Fact]
    public void WeakKeyOf3Des_IsRefusedHoweverOftenItComes()
    {
        using var key = SymmetricKey.From([.. Enumerable.Repeat((byte)1, EncryptionAlgorithm.TripleDes.KeyBytes)]);
        var sealedBytes = new byte[SymmetricKey.GetCiphertextLength(EncryptionAlgorithm.TripleDes, 5)];
        for (var i = 0; i < 20; i++)
        {
            Assert.ThrowsAny<CryptographicException>(() => key.Encrypt(EncryptionAlgorithm.TripleDes, [1, 2, 3, 4, 5], sealedBytes));
            Assert.False(key.TryDecrypt(EncryptionAlgorithm.TripleDes, new byte[24], new byte[24], out _));
        }
    }

    [Fact]
    public void KeysThatTakeTurns_StayRight()
    {
        var octets = Enumerable.Range(0, ReadyKeys.Places * 3).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
        var keys = Array.ConvertAll(octets, own => SymmetricKey.From(own));
        for (var turn = 0; turn < 8; turn++)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                var mac = new byte[32];
                keys[i].ComputeHmac(SymmetricSignatureAlgorithm.HmacSha256, [(byte)turn], mac);
                Assert.Equal(HMACSHA256.HashData(octets[i], new[] { (byte)turn }), mac);
            }
        }

        Array.ForEach(keys, key => key.Dispose());
    }

    [Fact]
    public async Task OneKey_ServesManyThreads()
    {
        var octets = RandomNumberGenerator.GetBytes(32);
        using var key = SymmetricKey.From(octets);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                byte[] plain = [(byte)number, (byte)(i & 255)];
                var sealedBytes = new byte[SymmetricKey.GetCiphertextLength(Aes256, plain.Length)];
                key.Encrypt(Aes256, plain, sealedBytes);
                var opened = new byte[sealedBytes.Length];
                Assert.True(key.TryDecrypt(Aes256, sealedBytes, opened, out var written));
                Assert.Equal(plain, opened.AsSpan(0, written).ToArray());
                var mac = new byte[20];
                key.ComputeHmac(SymmetricSignatureAlgorithm.HmacSha1, plain, mac);
                Assert.Equal(HMACSHA1.HashData(octets, plain), mac);
            }
        })));
    }

    [Fact]
    public void RandomOctetsForOnce_NeverRepeat()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 5000; i++)
        {
            var octets = new byte[16 + (i % 200)];
            RandomSource.System.FillForOnce(octets);
            Assert.True(seen.Add(Convert.ToHexString(octets.AsSpan(0, 16))));
            Assert.True(octets.Distinct().Count() > 4);
        }
    }
}
