using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Finds the primary signature among the encrypted children of the security header and verifies its value. Anybody can send
/// ciphertext here, so whatever is wrong with it, the receiver does the same work before it refuses: padding, XML, structure and
/// a MAC, on a stand-in where the message gives nothing to work on, and the same number of exceptions.
/// </summary>
internal static class SealedSignatures
{
    /// <exception cref="SecurityFailureException">None of the parts is a primary signature with a value that holds.</exception>
    public static PrimarySignature Require(
        SoapEnvelope wire,
        MessageShape shape,
        EncryptedParts encrypted,
        MessageRequirements requirements,
        KeyRing keys,
        KeySource source,
        SealedAttempts? attempts)
    {
        var candidates = InOrder(encrypted, requirements);
        using var wrapper = ScopeOf(shape.Header.Element);
        using var signers = PossibleSigners.Read(shape.Header, requirements, source);
        SealedSignature? chosen = null;
        SecurityFailureException? ofLikeliest = null;
        var (next, unread, failures) = (0, 0, 0);
        try
        {
            while (next < candidates.Count && (chosen?.Element is not { } found || IsEndorsing(found)))
            {
                var opened = Open(candidates[next++]);
                ofLikeliest = next == 1 ? opened.Failure : ofLikeliest;
                (chosen, var other) = chosen?.Element is null || (opened.Element is { } element && !IsEndorsing(element))
                    ? (opened, chosen)
                    : (chosen, opened);
                other?.Dispose();
            }

            if (chosen!.Element is { } signature && Holds(signature, chosen.Signer))
            {
                return PrimarySignature.Of(chosen);
            }

            while (next < candidates.Count)
            {
                Open(candidates[next++]).Dispose();
            }

            // What others would have had to read is read of a stand-in. One that does not hold has had its MAC; where there is none, a
            // stand-in gets it.
            StandInSignature.Parse(unread);
            StandInSignature.Throw((2 * candidates.Count) - failures);
            var standIn = StandInSignature.OfLength(chosen.Plaintext.Length);
            if (chosen.Element is null && !requirements.IsAsymmetric)
            {
                standIn.Verify(requirements.Suite, keys.ForEncryption(candidates[0].Data.Key));
            }

            signers.Verify(standIn, requirements.Suite, chosen.Element is null ? null : chosen.Signer);
            var (code, detail) = chosen switch
            {
                { Element: { } element } => (SignatureVerification.FailureOf(element, requirements.Suite, requirements.IsAsymmetric), null),

                // What the others are instead, such as an endorsing signature, says nothing about why this one could not be read.
                _ => (ofLikeliest?.Code ?? FailureCode.DecryptionFailed, ofLikeliest?.Detail ?? "encrypted ds:Signature"),
            };
            return Fail.With<PrimarySignature>(code, detail);
        }
        catch
        {
            chosen?.Dispose();
            throw;
        }

        SealedSignature Open(EncryptedPart part)
        {
            var opened = SealedSignature.Open(part, wrapper.Span, requirements, keys, attempts, FindKey);
            (unread, failures) = (unread + opened.Unread, failures + opened.Failures);
            return opened;
        }

        bool IsEndorsing(SignatureElement element) => PrimarySignature.LooksEndorsing(element, wire, shape.Header);

        SigningCertificate? FindKey(SignatureElement element)
        {
            if (!requirements.IsAsymmetric)
            {
                keys.ForSignature(element.Key);
                return null;
            }

            var signer = SigningCertificate.Resolve(element.Key, shape.Header, source, requirements.AllowSerializedSigningToken);
            signer.RequireMaySign(source);
            return signer;
        }

        bool Holds(SignatureElement element, SigningCertificate? signer) => signer is null
            ? SignatureVerification.IsValue(element, requirements.Suite, keys.ForSignature(element.Key))
            : SignatureVerification.IsValue(element, requirements.Suite, signer.Certificate);
    }

    /// <summary>
    /// The encrypted children of the header, the likeliest first: WCF writes the primary signature before those that endorse it and
    /// after all other children, others the reverse.
    /// </summary>
    private static List<EncryptedPart> InOrder(EncryptedParts encrypted, MessageRequirements requirements)
    {
        var candidates = new List<EncryptedPart>(2);
        foreach (var part in encrypted.All)
        {
            if (part.Location.Kind != PartKind.SecurityItem)
            {
                continue;
            }

            if (candidates.Count == MostIn(requirements))
            {
                Fail.With(FailureCode.LimitExceeded, "xenc:EncryptedData in wsse:Security");
            }

            // A token may be larger, a signature is not.
            if (part.Data.CipherValue.ContentEnd - part.Data.CipherValue.ContentStart <= Limits.MaxSealedSignature)
            {
                candidates.Add(part);
            }
        }

        if (candidates.Count == 0)
        {
            Fail.With(FailureCode.SignatureMissing);
        }

        var likeliest = candidates.Count - 1 - requirements.Supporting.Count(t => t.Endorses);
        if (likeliest > 0)
        {
            var first = candidates[likeliest];
            candidates.RemoveAt(likeliest);
            candidates.Insert(0, first);
        }

        return candidates;
    }

    /// <summary>
    /// How many children a message of this binding can have encrypted: the signature, and each token with its own. More would be more work,
    /// and more guesses, for one message. A reply may bring confirmations as well.
    /// </summary>
    private static int MostIn(MessageRequirements requirements) => requirements.Role == MessageRole.Request
        ? Math.Min(Limits.MaxSealedItems, 1 + requirements.Supporting.Sum(t => t.Endorses ? 2 : 1))
        : Limits.MaxSealedItems;

    /// <summary>A start tag that declares what is in scope of the security header, which is where the plaintext belongs.</summary>
    private static PooledBytes ScopeOf(XmlElement header)
    {
        var output = new PooledBytes(1024);
        try
        {
            output.Write("<w"u8);
            header.WriteNamespacesInScope(output, Limits.MaxScopeBytes);
            output.Write(">"u8);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }
}
