using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

/// <summary>AES key wrap, ConcatKDF, the two curves, and a key that is wrapped under what they give.</summary>
public sealed class KeyAgreementTests
{
    private static readonly KeyAgreementAlgorithm[] Algorithms =
        [KeyAgreementAlgorithm.EcdhEsSha256, KeyAgreementAlgorithm.EcdhEsSha384, KeyAgreementAlgorithm.EcdhEsSha512];

    public static TheoryData<string> Curves => ["P-256", "P-384"];

    private static NamedCurve CurveOf(string name) => name == "P-256" ? NamedCurve.P256 : NamedCurve.P384;

    /// <summary>RFC 3394 section 4.</summary>
    [Theory]
    [InlineData("000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF", "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF0001020304050607", "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF0001020304050607", "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")]
    public void AesKeyWrap_GivesTheVectorsOfTheRfc(string wrappingKey, string key, string expected)
    {
        var (kek, plain) = (Convert.FromHexString(wrappingKey), Convert.FromHexString(key));
        var wrapped = new byte[plain.Length + AesKeyWrap.Overhead];
        AesKeyWrap.Wrap(kek, plain, wrapped);
        Assert.Equal(expected, Convert.ToHexString(wrapped));

        var unwrapped = new byte[plain.Length];
        Assert.True(AesKeyWrap.TryUnwrap(kek, wrapped, unwrapped));
        Assert.Equal(plain, unwrapped);
        for (var i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] ^= 1;
            Assert.False(AesKeyWrap.TryUnwrap(kek, wrapped, unwrapped));
            wrapped[i] ^= 1;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(31)]
    public void AesKeyWrap_TakesWholeHalvesOfBlocks(int length)
    {
        Assert.False(AesKeyWrap.Fits(length));
        Assert.Throws<CryptographicException>(() => AesKeyWrap.Wrap(new byte[32], new byte[length], new byte[length + 8]));
        Assert.Throws<CryptographicException>(() => AesKeyWrap.TryUnwrap(new byte[32], new byte[length + 8], new byte[length]));
    }

    /// <summary>RFC 7518 appendix C, whose derivation is the same.</summary>
    [Fact]
    public void ConcatKdf_GivesTheVectorOfTheRfc()
    {
        var secret = Convert.FromHexString("9E56D91D817135D372834283BF84269CFB316EA3DA806A48F6DAA7798CFE90C4");
        byte[] info = [0, 0, 0, 7, .. "A128GCM"u8, 0, 0, 0, 5, .. "Alice"u8, 0, 0, 0, 3, .. "Bob"u8, 0, 0, 0, 128];
        var key = new byte[16];
        ConcatKdf.Derive(HashAlgorithmName.SHA256, secret, info, key);
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", System.Buffers.Text.Base64Url.EncodeToString(key));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public void ConcatKdf_IsHashesOfACounter(int length)
    {
        var (secret, info) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(70));
        var key = new byte[length];
        ConcatKdf.Derive(HashAlgorithmName.SHA256, secret, info, key);
        var expected = Enumerable.Range(1, 4).SelectMany(i => SHA256.HashData([0, 0, 0, (byte)i, .. secret, .. info])).Take(length);
        Assert.Equal(expected, key);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Curve_HasItsKeysAndNoOtherPoints(string name)
    {
        var curve = CurveOf(name);
        var other = curve == NamedCurve.P256 ? NamedCurve.P384 : NamedCurve.P256;
        for (var i = 0; i < 20; i++)
        {
            using var key = ECDiffieHellman.Create(curve.Curve);
            var point = NamedCurve.PointOf(key);
            Assert.True(curve.Has(point));
            Assert.False(other.Has(point));
            using var again = curve.KeyOf(point);
            Assert.True(NamedCurve.IsPair(key, again));
            foreach (var at in new[] { 0, 1, curve.FieldBytes, curve.FieldBytes + 1, point.Length - 1 })
            {
                point[at] ^= 1;
                Assert.False(curve.Has(point));
                point[at] ^= 1;
            }

            Assert.False(curve.Has(point.AsSpan(1)));
            Assert.False(curve.Has([(byte)(2 + (point[^1] & 1)), .. point.AsSpan(1, curve.FieldBytes)]));
        }

        Assert.False(curve.Has([0]));
        Assert.False(curve.Has([]));
        Assert.False(curve.Has([4, .. new byte[2 * curve.FieldBytes]]));
        Assert.False(curve.Has([4, .. Enumerable.Repeat((byte)0xFF, 2 * curve.FieldBytes)]));
    }

    /// <summary>What is wrapped is computed once more here, with the primitives of the platform.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    public void Key_IsWrappedUnderWhatBothSidesAgreeOn(string name)
    {
        var curve = CurveOf(name);
        foreach (var algorithm in Algorithms)
        {
            using var recipient = ECDiffieHellman.Create(curve.Curve);
            using var key = SymmetricKey.Random(32);
            byte[] certificate = [1, 2, 3];
            var (point, wrapped) = EcdhKeyTransport.Wrap(recipient, curve, certificate, algorithm, key);

            using var sender = curve.KeyOf(point);
            byte[] info = [.. Encoding.UTF8.GetBytes("http://www.w3.org/2001/04/xmlenc#kw-aes256"), .. point, .. CryptographicOperations.HashData(algorithm.Digest.Hash, certificate)];
            var wrappingKey = recipient.DeriveKeyFromHash(sender.PublicKey, algorithm.Digest.Hash, [0, 0, 0, 1], info)[..32];
            var octets = new byte[32];
            Assert.True(AesKeyWrap.TryUnwrap(wrappingKey, wrapped, octets));
            Assert.True(key.FixedTimeEquals(octets));

            using var unwrapped = EcdhKeyTransport.Unwrap(recipient, curve, point, info, algorithm, wrapped, out var substituted);
            Assert.False(substituted);
            Assert.True(unwrapped.FixedTimeEquals(octets));
            var (another, _) = EcdhKeyTransport.Wrap(recipient, curve, certificate, algorithm, key);
            Assert.NotEqual(point, another);
        }
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void KeyThatIsNotIntact_IsARandomOne(string name)
    {
        var curve = CurveOf(name);
        var algorithm = KeyAgreementAlgorithm.EcdhEsSha256;
        using var recipient = ECDiffieHellman.Create(curve.Curve);
        using var key = SymmetricKey.Random(32);
        var (point, wrapped) = EcdhKeyTransport.Wrap(recipient, curve, [1], algorithm, key);
        byte[] info = [.. algorithm.AlgorithmId, .. point, .. algorithm.RecipientInfo([1])];
        var garbled = wrapped.ToArray();
        garbled[^1] ^= 1;
        using var sender = ECDiffieHellman.Create(curve.Curve);
        foreach (var (p, i, w) in new[] { (point, info, garbled), (NamedCurve.PointOf(sender), info, wrapped), (point, [.. info, 0], wrapped) })
        {
            using var first = EcdhKeyTransport.Unwrap(recipient, curve, p, i, algorithm, w, out var substituted);
            using var second = EcdhKeyTransport.Unwrap(recipient, curve, p, i, algorithm, w, out _);
            Assert.True(substituted);
            Assert.Equal(32, first.Length);
            var octets = new byte[32];
            second.CopyTo(octets);
            Assert.False(first.FixedTimeEquals(octets));
        }
    }
}
