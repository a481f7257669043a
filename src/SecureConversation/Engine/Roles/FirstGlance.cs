using System.Security.Cryptography;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Refuses a message that cannot be accepted, by what stands in it in clear, before the private key is used for it. It accepts nothing:
/// all that it looks at is verified later, and what it does not understand is left to that.
/// </summary>
internal sealed class FirstGlance(IReplayCache replays)
{
    // No suite has longer keys.
    private const int MaxKeyBytes = 32;

    /// <summary>Which timestamps are fresh.</summary>
    public static Freshness FreshnessOf(BindingMessages messages, TimeProvider clock) =>
        Freshness.Of(messages.Element.LocalServiceSettings, clock);

    /// <param name="cipherValue">The cipher value of an EncryptedKey.</param>
    /// <param name="use">Notes a wrapped key that was here before: whether it counts as used must not show what became of it.</param>
    /// <param name="own">The certificate for which the key is wrapped.</param>
    /// <param name="freshness">Says whether replays are detected.</param>
    /// <exception cref="SecurityFailureException">The key was here before, or is not wrapped for this key.</exception>
    public void RequireNewKey(byte[] cipherValue, KeyUse use, X509Credential own, Freshness freshness)
    {
        // RFC 8017 section 7: a ciphertext is exactly as long as the modulus. What AES wraps is no longer than a key and half a block.
        var isRsa = own.IsRsa;
        var expected = isRsa ? (own.PublicKey.KeySize + 7) / 8 : MaxKeyBytes + AesKeyWrap.Overhead;
        if (cipherValue.Length > expected || (isRsa && cipherValue.Length != expected))
        {
            Fail.With(FailureCode.DecryptionFailed, "xenc:EncryptedKey", FailureText.Of(cipherValue.Length, "octets"),
                $"{(isRsa ? "" : "at most ")}{expected} octets, for {FailureText.Certificate(own.Certificate)}");
        }

        // A cache of the application may be remote, so it is asked only once the signature holds.
        if (freshness.DetectsReplays && replays is InMemoryReplayCache memory && memory.Contains(ReplayValues.OfEncryptedKey(cipherValue)))
        {
            use.OfWrappedKey(SHA1.HashData(cipherValue));
            Fail.With(FailureCode.Replayed, "xenc:EncryptedKey", "one that came before");
        }
    }
}
