using SecureConversation.Binding;
using SecureConversation.Crypto;
using SecureConversation.Signature;
using SecureConversation.Xml;

namespace SecureConversation.Security;

/// <summary>
/// Protects one message, the mirror of <see cref="MessageVerifier"/>: plan the parts, take the keys, digest, sign,
/// encrypt, put the security header last among the blocks.
/// </summary>
internal sealed class MessageSecurer(MessageRequirements requirements, TimeProvider clock, TimeSpan validity, RandomSource random, XmlLimits limits)
{
    /// <param name="plain">A SOAP envelope of the version of the binding, without a security header.</param>
    /// <param name="token">Whose key protects it.</param>
    /// <param name="extras">Supporting tokens and confirmations.</param>
    /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
    public SecuredMessage Secure(SoapEnvelope plain, SenderToken token, SenderExtras extras)
    {
        using var plan = SendPlan.Create(plain, requirements, limits);                    // Ids on the parts to sign
        using var keys = SendKeys.Create(token, requirements, plan, extras, random);      // fresh, correlated or of the session
        using var header = new SecurityHeaderWriter(requirements, keys, plan.Ids, random);
        header.AddTimestamp(clock.GetUtcNow(), validity);
        header.AddSupportingTokens(extras);
        header.AddConfirmations(extras.Confirm);

        var splice = new EnvelopeSplice(plan.Envelope);
        var encrypted = splice.Encrypt(plan, requirements, keys, random);
        if (requirements.SignsFirst)
        {
            header.Sign(DigestParts(plan, plan.Envelope), extras);
            splice.InsertHeader(output => header.Write(output, encrypted));
            return new SecuredMessage(splice.Apply(), header.Signatures, keys);
        }

        var cipher = splice.Apply();
        using var document = SoapEnvelope.Parse(cipher.Memory, plan.Envelope.Names, limits, buffer: cipher);
        header.Sign(DigestParts(plan, document), extras);
        splice = new EnvelopeSplice(document);
        splice.InsertHeader(output => header.Write(output, encrypted));
        return new SecuredMessage(splice.Apply(), header.Signatures, keys);
    }

    private List<(string Id, byte[] Digest)> DigestParts(SendPlan plan, SoapEnvelope document)
    {
        var digests = new List<(string, byte[])>(plan.Signed.Count);
        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        foreach (var part in plan.Signed)
        {
            var isBody = part.Block == PlannedPart.Body;
            var value = new byte[requirements.Suite.Digest.Size];
            digest.Compute(isBody ? document.Body : document.Headers[part.Block].Element, default, CanonicalForm.Recommendation, value);
            // Where encryption came first, the wrapper of an encrypted header is what is signed.
            digests.Add((isBody ? part.Id : document.Headers[part.Block].Id!.Value.ToString(), value));
        }

        return digests;
    }
}
