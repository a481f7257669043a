using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

/// <summary>AES-GCM as XML Encryption 1.1 section 5.2.4 has it: IV of 12 octets, ciphertext, tag of 16 octets.</summary>
public sealed class GcmTests
{
    private static readonly EncryptionAlgorithm[] Ciphers = [EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes192Gcm, EncryptionAlgorithm.Aes256Gcm];

    public static MatrixTheoryData<int, int> CiphersAndLengths => new([0, 1, 2], [0, 1, 15, 16, 17, 1000, 100_000]);

    [Theory]
    [MemberData(nameof(CiphersAndLengths))]
    public void Platform_DecryptsWhatIsEncrypted(int cipher, int length)
    {
        var algorithm = Ciphers[cipher];
        var octets = RandomNumberGenerator.GetBytes(algorithm.KeyBytes);
        using var key = SymmetricKey.From(octets);
        using var platform = new AesGcm(octets, 16);
        var plain = RandomNumberGenerator.GetBytes(length);
        var sealedOctets = Encrypt(key, algorithm, plain);
        Assert.Equal(12 + length + 16, sealedOctets.Length);
        var opened = new byte[length];
        platform.Decrypt(sealedOctets.AsSpan(0, 12), sealedOctets.AsSpan(12, length), sealedOctets.AsSpan(12 + length), opened);
        Assert.Equal(plain, opened);
    }

    /// <summary>Often enough that the key has its place among those that are ready, and in place, as messages are decrypted.</summary>
    [Theory]
    [MemberData(nameof(CiphersAndLengths))]
    public void Decrypt_UndoesEncrypt(int cipher, int length)
    {
        var algorithm = Ciphers[cipher];
        using var key = SymmetricKey.Random(algorithm.KeyBytes);
        for (var i = 0; i < 12; i++)
        {
            var plain = RandomNumberGenerator.GetBytes(length);
            var room = Encrypt(key, algorithm, plain);
            Assert.True(key.TryDecrypt(algorithm, room, room.AsSpan(12), out var written));
            Assert.Equal(plain, room.AsSpan(12, written).ToArray());
            Assert.All(room[(12 + written)..], octet => Assert.Equal(0, octet));
        }
    }

    /// <summary>Test case 16 of the submission of GCM to NIST without its additional data has this ciphertext; its tag is that of this key.</summary>
    [Fact]
    public void Ciphertext_IsTheKnownOne()
    {
        using var key = SymmetricKey.From(Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
        const string iv = "cafebabefacedbaddecaf888";
        const string cipher = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
        const string tag = "b094dac5d93471bdec1a502270e3cc6c";
        var opened = new byte[200];
        Assert.True(key.TryDecrypt(EncryptionAlgorithm.Aes256Gcm, Convert.FromHexString(iv + cipher + tag), opened, out var written));
        Assert.Equal("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255", Convert.ToHexStringLower(opened.AsSpan(0, written)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void EveryChange_IsRefusedAndLeavesNothing(int length)
    {
        var algorithm = EncryptionAlgorithm.Aes256Gcm;
        using var key = SymmetricKey.Random(32);
        var sealedOctets = Encrypt(key, algorithm, RandomNumberGenerator.GetBytes(length));
        for (var i = 0; i < sealedOctets.Length; i++)
        {
            byte[] changed = [.. sealedOctets];
            changed[i] ^= 1;
            Refuse(key, changed);
            Refuse(key, sealedOctets[..i]);
        }

        Refuse(key, [.. sealedOctets, 0]);
        using var other = SymmetricKey.Random(32);
        Refuse(other, sealedOctets);
        using var shorter = SymmetricKey.Random(16);
        Refuse(shorter, sealedOctets);
        Assert.True(key.TryDecrypt(algorithm, sealedOctets, new byte[sealedOctets.Length], out _));
    }

    [Fact]
    public void InitializationVectors_AreNeverTheSame()
    {
        using var key = SymmetricKey.Random(32);
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => Convert.ToHexString(Encrypt(key, EncryptionAlgorithm.Aes256Gcm, [1, 2, 3]).AsSpan(0, 12))).Distinct().Count());
    }

    [Fact]
    public void Key_HasALimitOfRandomVectors()
    {
        using var key = SymmetricKey.Random(32);
        key.AuthenticatedEncryptions = SymmetricKey.MaxAuthenticatedEncryptions - 1;
        Encrypt(key, EncryptionAlgorithm.Aes256Gcm, [1]);
        var destination = new byte[29];
        var refused = Assert.Throws<Engine.Failures.SecurityFailureException>(() => key.Encrypt(EncryptionAlgorithm.Aes256Gcm, [1], destination));
        Assert.Equal(FailureCode.LimitExceeded, refused.Code);
        Assert.All(destination, octet => Assert.Equal(0, octet));
        Assert.True(SymmetricKey.MaxAuthenticatedEncryptions * 16 <= 1L << 32);
    }

    private static void Refuse(SymmetricKey key, byte[] sealedOctets)
    {
        byte[] destination = [.. Enumerable.Repeat((byte)7, Math.Max(0, sealedOctets.Length - 12))];
        Assert.False(key.TryDecrypt(EncryptionAlgorithm.Aes256Gcm, sealedOctets, destination, out var written));
        Assert.Equal(0, written);
        Assert.True(sealedOctets.Length < 28 || key.Length != 32 || destination.All(octet => octet == 0));
    }

    private static byte[] Encrypt(SymmetricKey key, EncryptionAlgorithm algorithm, byte[] plain)
    {
        var destination = new byte[SymmetricKey.GetCiphertextLength(algorithm, plain.Length)];
        key.Encrypt(algorithm, plain, destination);
        return destination;
    }
}
