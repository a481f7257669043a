using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Tests.Crypto;

public sealed class PHashTests
{
    private static readonly byte[] DefaultLabel = Encoding.ASCII.GetBytes("WS-SecureConversationWS-SecureConversation");

    /// <summary>Keys of a conversation recorded with WCF: secret, nonce, length, derived key.</summary>
    public static TheoryData<string, string, int, string> Recorded => new()
    {
        { "eI81xTlw+VbIU8xqif4njrmTMTsLNR8I9eekIgKjcQo=", "y0CcOmD/+ooqFfQ7vQUe4A==", 32, "MCZozCrzVi7M7fgGk4YAElSh/xrdXwJeKf3GNYpBrlU=" },
        { "eI81xTlw+VbIU8xqif4njrmTMTsLNR8I9eekIgKjcQo=", "GMWXInVYYCjH1eaB+wgkvA==", 24, "7VaMve65eyJ8YoV8VC3YMQiLr/lg0RJN" },
        { "iRlcgZ+OPXDJCaOCGUh5TZH0o0hNmP/QDI1IU4z2vk0=", "irf+nRxSfb4OSSiJl+NGJg==", 32, "GF7adckQEDTp88UnZqrEJOfRWesTk7IMpoLRu7j05QM=" },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void PSha1_DerivesTheRecordedKeys(string secret, string nonce, int length, string expected)
    {
        using var key = SymmetricKey.From(Convert.FromBase64String(secret));
        using var derived = key.Derive(KeyDerivationAlgorithm.PSha1, DefaultLabel, Convert.FromBase64String(nonce), 0, length);
        Assert.Equal(expected, Convert.ToBase64String(Octets(derived)));
    }

    [Fact]
    public void PSha1_CombinesTheEntropyOfARecordedSession()
    {
        using var client = SymmetricKey.From(Convert.FromBase64String("Bre/+0PdSHQFO+zBq00VACYuf7hRU5IUr6zgblqErUk="));
        using var key = client.Derive(KeyDerivationAlgorithm.PSha1, [], Convert.FromBase64String("Zb1CFid+ZEOcioxYeW3Udi1IU6zB7H86RUpQNInvseo="), 0, 32);
        Assert.Equal("iRlcgZ+OPXDJCaOCGUh5TZH0o0hNmP/QDI1IU4z2vk0=", Convert.ToBase64String(Octets(key)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 19)]
    [InlineData(0, 20)]
    [InlineData(0, 21)]
    [InlineData(0, 1000)]
    [InlineData(7, 40)]
    [InlineData(20, 20)]
    [InlineData(39, 2)]
    [InlineData(64, 128)]
    [InlineData(500, 500)]
    public void Output_IsAWindowOfOneStream(int offset, int length)
    {
        byte[] secret = [1, 2, 3], label = [4, 5], seed = [6, 7, 8, 9];
        var expected = Reference(secret, [.. label, .. seed], offset + length)[offset..];
        var actual = new byte[length];
        PHash.Derive(KeyDerivationAlgorithm.PSha1, secret, label, seed, offset, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void PSha1_TakesLongLabelsAndNonces()
    {
        var label = Enumerable.Repeat((byte)'x', 400).ToArray();
        var seed = Enumerable.Repeat((byte)9, 400).ToArray();
        var actual = new byte[32];
        PHash.Derive(KeyDerivationAlgorithm.PSha1, [1], label, seed, 0, actual);
        Assert.Equal(Reference([1], [.. label, .. seed], 32), actual);
    }

    [Fact]
    public void PSha1_TakesAnEmptySecretAndAnEmptyOutput()
    {
        var actual = new byte[20];
        PHash.Derive(KeyDerivationAlgorithm.PSha1, [], [], [1], 0, actual);
        Assert.Equal(Reference([], [1], 20), actual);
        PHash.Derive(KeyDerivationAlgorithm.PSha1, [1], [2], [3], 0, []);
    }

    /// <summary>The vector that is in circulation for the PRF of TLS 1.2: 100 octets under the label "test label".</summary>
    [Fact]
    public void PSha256_GivesTheKnownStream()
    {
        var actual = new byte[100];
        PHash.Derive(KeyDerivationAlgorithm.PSha256, Convert.FromHexString("9bbe436ba940f017b17652849a71db35"), "test label"u8,
            Convert.FromHexString("a0ba9f936cda311827a6f796ffd5198c"), 0, actual);
        Assert.Equal(
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab"
            + "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66", Convert.ToHexStringLower(actual));
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void PSha2_IsAWindowOfOneStream(string hash)
    {
        var algorithm = new[] { KeyDerivationAlgorithm.PSha256, KeyDerivationAlgorithm.PSha384, KeyDerivationAlgorithm.PSha512 }.Single(a => a.Hash.Name == hash);
        byte[] secret = [1, 2, 3], label = [4, 5], seed = [6, 7, 8, 9];
        var stream = new List<byte>();
        byte[] a = [.. label, .. seed];
        while (stream.Count < 300)
        {
            a = CryptographicOperations.HmacData(algorithm.Hash, secret, a);
            stream.AddRange(CryptographicOperations.HmacData(algorithm.Hash, secret, (byte[])[.. a, .. label, .. seed]));
        }

        foreach (var (offset, length) in new[] { (0, 32), (7, 100), (64, 64), (200, 90) })
        {
            var actual = new byte[length];
            PHash.Derive(algorithm, secret, label, seed, offset, actual);
            Assert.Equal(stream.GetRange(offset, length), actual);
        }
    }

    [Fact]
    public void PSha1_RefusesANegativeOffset() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PHash.Derive(KeyDerivationAlgorithm.PSha1, [1], [2], [3], -1, new byte[1]));

    // RFC 2246 section 5, word for word.
    private static byte[] Reference(byte[] secret, byte[] seed, int length)
    {
        var output = new List<byte>();
        var a = seed;
        while (output.Count < length)
        {
            a = HMACSHA1.HashData(secret, a);
            output.AddRange(HMACSHA1.HashData(secret, (byte[])[.. a, .. seed]));
        }

        return [.. output.Take(length)];
    }

    private static byte[] Octets(SymmetricKey key)
    {
        var octets = new byte[key.Length];
        key.CopyTo(octets);
        return octets;
    }
}
