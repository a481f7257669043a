using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>A key that is wrapped under the secret of an encapsulation.</summary>
public sealed class MLKemTransportTests
{
    private static readonly KeyEncapsulationAlgorithm Algorithm = KeyEncapsulationAlgorithm.MLKemSha256;

    public static TheoryData<int> Sets => [768, 1024];

    private static MLKemParameters ParametersOf(int set) => set == 768 ? MLKemParameters.MLKem768 : MLKemParameters.MLKem1024;

    /// <summary>The octets that go into the derivation, and what comes out, computed elsewhere.</summary>
    [Theory]
    [InlineData(768)]
    [InlineData(1024)]
    public void Derivation_TakesInAlgorithmsEncapsulationAndCertificate(int set)
    {
        byte[] encapsulation = [1, 2, 3];
        byte[] certificate = [4, 5];
        byte[] expected =
        [
            .. Encoding.ASCII.GetBytes($"urn:secure-conversation:algorithms:kem:ml-kem-{set} http://www.w3.org/2001/04/xmlenc#kw-aes256"),
            .. SHA256.HashData(encapsulation),
            .. SHA256.HashData(certificate),
        ];
        var info = Algorithm.Info(ParametersOf(set), encapsulation, certificate);
        Assert.Equal(expected, info);

        var key = new byte[32];
        ConcatKdf.Derive(Algorithm.Digest.Hash, Convert.FromHexString("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"), info, key);
        Assert.Equal(KnownAnswers[set], Convert.ToHexString(key));
    }

    private static Dictionary<int, string> KnownAnswers { get; } = new()
    {
        [768] = "DB271115958D68D51DB973FE44ADD78852B866A57B370D9D1ECC71045CF85BBD",
        [1024] = "77BF9FE72BE6FD0B59087E10B47FE526BD72EA395FAA4453716AA3AA4806EF39",
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Key_IsWrappedUnderTheSecret(int set)
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var parameters = ParametersOf(set);
        using var privateKey = MLKem.GenerateKey(parameters.Algorithm);
        using var publicKey = MLKem.ImportEncapsulationKey(parameters.Algorithm, privateKey.ExportEncapsulationKey());
        using var key = SymmetricKey.Random(32);
        byte[] certificate = [7, 8, 9];
        var (encapsulation, wrapped) = MLKemKeyTransport.Wrap(publicKey, parameters, certificate, Algorithm, key);
        Assert.Equal(set == 768 ? 1088 : 1568, encapsulation.Length);
        Assert.Equal(40, wrapped.Length);

        // Once more by hand: SHA-256 of the counter, the secret, and what the derivation takes in.
        var wrappingKey = SHA256.HashData([0, 0, 0, 1, .. privateKey.Decapsulate(encapsulation), .. Algorithm.Info(parameters, encapsulation, certificate)]);
        var octets = new byte[32];
        Assert.True(AesKeyWrap.TryUnwrap(wrappingKey, wrapped, octets));
        Assert.True(key.FixedTimeEquals(octets));

        using var unwrapped = MLKemKeyTransport.Unwrap(privateKey, parameters, encapsulation, certificate, Algorithm, wrapped, out var substituted);
        Assert.False(substituted);
        Assert.True(unwrapped.FixedTimeEquals(octets));
        Assert.NotEqual(encapsulation, MLKemKeyTransport.Wrap(publicKey, parameters, certificate, Algorithm, key).Encapsulation);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void KeyThatIsNotIntact_IsARandomOne(int set)
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var parameters = ParametersOf(set);
        using var privateKey = MLKem.GenerateKey(parameters.Algorithm);
        using var other = MLKem.GenerateKey(parameters.Algorithm);
        using var key = SymmetricKey.Random(32);
        byte[] certificate = [1];
        var (encapsulation, wrapped) = MLKemKeyTransport.Wrap(privateKey, parameters, certificate, Algorithm, key);
        byte[] garbled = [.. encapsulation[..^1], (byte)(encapsulation[^1] ^ 1)];
        byte[] changed = [.. wrapped[..^1], (byte)(wrapped[^1] ^ 1)];
        foreach (var (holder, e, c, w) in new[]
        {
            (privateKey, garbled, certificate, wrapped), (privateKey, encapsulation, [2], wrapped), (privateKey, encapsulation, certificate, changed),
            (other, encapsulation, certificate, wrapped), (privateKey, new byte[encapsulation.Length], certificate, wrapped),
        })
        {
            using var first = MLKemKeyTransport.Unwrap(holder, parameters, e, c, Algorithm, w, out var substituted);
            using var second = MLKemKeyTransport.Unwrap(holder, parameters, e, c, Algorithm, w, out _);
            Assert.True(substituted);
            Assert.Equal(32, first.Length);
            var octets = new byte[32];
            second.CopyTo(octets);
            Assert.False(first.FixedTimeEquals(octets));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Key_ServesManyThreads(int set)
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        var parameters = ParametersOf(set);
        using var privateKey = MLKem.GenerateKey(parameters.Algorithm);
        using var publicKey = MLKem.ImportEncapsulationKey(parameters.Algorithm, privateKey.ExportEncapsulationKey());
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), TestContext.Current.CancellationToken, (_, _) =>
        {
            using var key = SymmetricKey.Random(32);
            var (encapsulation, wrapped) = MLKemKeyTransport.Wrap(publicKey, parameters, [1], Algorithm, key);
            using var unwrapped = MLKemKeyTransport.Unwrap(privateKey, parameters, encapsulation, [1], Algorithm, wrapped, out var substituted);
            Assert.False(substituted);
            var octets = new byte[32];
            key.CopyTo(octets);
            Assert.True(unwrapped.FixedTimeEquals(octets));
            return ValueTask.CompletedTask;
        });
    }
}
