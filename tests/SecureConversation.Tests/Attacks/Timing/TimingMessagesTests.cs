using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>Each class of messages fails for the reason that its name says: otherwise the measurements would compare something else.</summary>
public sealed class TimingMessagesTests
{
    [Theory]
    [InlineData("mutualcert//session", "Session")]
    [InlineData("mutualcert//session", "Handshake")]
    [InlineData("mutualcert//single", "Single")]
    [InlineData("mutualcert/sign-first/session", "Session")]
    public async Task Classes_FailForTheReasonOfTheirName(string binding, string exchange)
    {
        using var loopback = new Roles.Loopback(Roles.Bindings.Create(binding));
        using var messages = await TimingMessages.RecordAsync(loopback.Binding, Roles.Loopback.Address, Enum.Parse<TimingExchange>(exchange), TimingMessages.To(loopback.Service));
        var isSigned = !binding.Contains("sign-first", StringComparison.Ordinal);
        foreach (var amplify in new Func<byte[], byte[]>[] { m => m, CostlySignature.Load })
        {
            foreach (var forged in isSigned ? messages.SignatureClasses(amplify) : [])
            {
                var code = await CodeAsync(loopback, forged);
                // What decrypts to no signature may as well be one that endorses, so the reason differs. It is never one about limits or shape.
                Assert.True(forged.Name == "signature: bad MAC" ? code == FailureCode.SignatureMismatch
                    : code is FailureCode.DecryptionFailed or FailureCode.SignatureMissing or FailureCode.DerivedKeyViolation, $"{forged.Name}: {code}");
            }

            foreach (var forged in messages.BodyClasses(amplify))
            {
                var code = forged.Name == "body: bad digest" ? FailureCode.DigestMismatch : FailureCode.DecryptionFailed;
                Assert.Equal((forged.Name, code), (forged.Name, await CodeAsync(loopback, forged)));
                Assert.Equal((forged.Name, code), (forged.Name, await CodeAsync(loopback, forged)));
            }
        }
    }

    private static async Task<FailureCode> CodeAsync(Roles.Loopback loopback, TimingClass forged)
    {
        using var result = await loopback.Service.ReceiveAsync(forged.Next());
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }
}
