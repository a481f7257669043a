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
        var opened = new List<SealedSignature>(candidates.Count);
        PrimarySignature? primary = null;
        try
        {
            while (opened.Count < candidates.Count && !opened.Exists(IsPrimary))
            {
                Open(candidates[opened.Count]);
            }

            // One that looks as if it endorsed is not taken for the primary one where that may be among those that could not be read.
            var chosen = opened.Exists(o => o.IsRepeated) ? null
                : opened.Find(IsPrimary) ?? (MayAllBeTokens() ? opened.Find(o => o.Element is not null) : null);
            if (chosen?.Element is { } signature && Holds(signature, chosen.Signer) && chosen.IsWhole)
            {
                return primary = PrimarySignature.Of(chosen, chosen.Signer);
            }

            while (opened.Count < candidates.Count)
            {
                Open(candidates[opened.Count]);
            }

            // What others would have had to read is read of a stand-in.
            StandInSignature.Parse(opened.Sum(o => o.Unread));
            StandInSignature.Throw(opened.Count(o => o.Failure is null));
            opened.ForEach(o => Spend(o, ReferenceEquals(o, chosen)));

            // What the others are instead, such as an endorsing signature, says nothing about why this one could not be read.
            var likeliest = (opened.Find(o => o.IsRepeated) ?? opened[0]).Failure;
            if (likeliest is { Thrown: not null } && chosen is null)
            {
                // The log says what code of the application threw.
                throw likeliest;
            }

            return chosen is { Element: { } element, IsWhole: true }
                ? SignatureVerification.Refuse<PrimarySignature>(element, requirements.Suite, requirements.IsAsymmetric)
                : Fail.With<PrimarySignature>(likeliest?.Code ?? FailureCode.DecryptionFailed,
                    likeliest?.Detail ?? "encrypted ds:Signature", likeliest?.Found, likeliest?.Expected);
        }
        finally
        {
            opened.FindAll(o => !ReferenceEquals(o, primary?.Sealed)).ForEach(o => o.Dispose());
        }

        void Open(EncryptedPart part) =>
            opened.Add(SealedSignature.Open(part, wrapper.Span, requirements, keys, attempts, FindKey));

        bool IsPrimary(SealedSignature signature) => signature.Element is { } element && !IsEndorsing(element);

        bool MayAllBeTokens() => !requirements.Role.IsRequest
            || opened.Count(o => o.Element is null) <= requirements.Supporting.Count(t => t.IsEncrypted);

        bool IsEndorsing(SignatureElement element) => PrimarySignature.LooksEndorsing(element, wire, shape.Header);

        SigningCertificate? FindKey(SignatureElement element)
        {
            if (!requirements.IsAsymmetric)
            {
                keys.ForSignature(element.Key);
                return null;
            }

            var signer = SigningCertificate.ResolvePrimary(element.Key, shape.Header, source, requirements);
            signer.RequireMaySign(source);
            return signer;
        }

        bool Holds(SignatureElement element, SigningCertificate? signer) => signer is null
            ? SignatureVerification.IsValue(element, requirements.Suite, keys.ForSignature(element.Key))
            : SignatureVerification.IsValue(element, requirements.Suite, signer.Certificate);

        // Each that was decrypted is verified with each key of the message, so that the time does not tell whether it names one.
        void Spend(SealedSignature signature, bool isTried)
        {
            var standIn = StandInSignature.OfLength(signature.Length);
            if (requirements.IsAsymmetric)
            {
                signers.Spend(standIn, requirements.Suite, isTried ? signature.Signer : null);
                return;
            }

            var used = isTried ? keys.ForSignature(signature.Element!.Key) : null;
            foreach (var key in keys.ForAnySignature)
            {
                if (!ReferenceEquals(key, used))
                {
                    standIn.Verify(requirements.Suite, key);
                }
            }
        }
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
            Fail.With(FailureCode.SignatureMissing, "encrypted ds:Signature");
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
