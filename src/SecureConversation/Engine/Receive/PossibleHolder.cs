using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// A signature that was encrypted, or what is left of it, whose value holds with a key that it does not name. Each that was decrypted is
/// verified with each key of the message, a stand-in where there is nothing left, so that it takes as long whatever the ciphertext holds.
/// </summary>
/// <param name="Signature">The signature.</param>
/// <param name="Signer">The certificate whose key made it; null for a symmetric key.</param>
internal readonly record struct PossibleHolder(SealedSignature Signature, SigningCertificate? Signer)
{
    /// <param name="opened">What was decrypted.</param>
    /// <param name="tried">The one that was verified with the key that it names, and does not hold; null when there is none.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The symmetric keys of the message.</param>
    /// <param name="signers">The certificates that may have signed.</param>
    /// <param name="counts">Whether it is a signature that is looked for.</param>
    public static PossibleHolder? Find(List<SealedSignature> opened, SealedSignature? tried, MessageRequirements requirements,
        KeyRing keys, PossibleSigners signers, Func<SignatureElement, bool> counts)
    {
        PossibleHolder? found = null;
        foreach (var signature in opened)
        {
            var standIn = StandInSignature.OfLength(signature.Length);
            var isTried = ReferenceEquals(signature, tried);
            if (requirements.IsAsymmetric)
            {
                var signer = signers.Find(signature.Remains, standIn, requirements.Suite, isTried ? signature.Signer : null);
                found ??= signer is null || !counts(signature.Remains!) ? null : new PossibleHolder(signature, signer);
                continue;
            }

            var used = isTried ? keys.ForSignature(signature.Element!.Key) : null;
            foreach (var key in keys.ForAnySignature)
            {
                if (!ReferenceEquals(key, used) && Holds(signature.Remains, standIn, requirements.Suite, key))
                {
                    found ??= counts(signature.Remains!) ? new PossibleHolder(signature, null) : null;
                }
            }
        }

        return found;
    }

    private static bool Holds(SignatureElement? remains, StandInSignature standIn, SecurityAlgorithmSuite suite, SymmetricKey key)
    {
        if (remains is not null)
        {
            return SignatureVerification.IsValue(remains, suite, key);
        }

        standIn.Verify(suite, key);
        return false;
    }
}
