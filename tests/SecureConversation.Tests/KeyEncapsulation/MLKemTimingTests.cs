using System.Security.Cryptography;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>The engine works as long on a key that ML-KEM does not give back as on one that it does.</summary>
[Collection(nameof(TimingTests))]
public sealed class MLKemTimingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(768)]
    [InlineData(1024)]
    public async Task WrappedKeyThatIsNotIntact_TakesAsLongAsOneThatIs(int set)
    {
        Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);
        using var loopback = MLKemMessages.Create("mutualcert/strong/single", set);
        await StrongTiming.CompareAsync(loopback, output, [
            new("intact key, another signature", () => StrongTiming.WithOtherSignature(StrongTiming.Next(loopback))),
            new("another key", () => StrongTiming.WithOtherKey(StrongTiming.Next(loopback)))]);
    }
}
