using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// Protects one message; the counterpart of <see cref="MessageVerifier"/>. It plans the parts, takes the keys, digests, signs
/// and encrypts, and puts the security header last among the header blocks.
/// </summary>
internal readonly struct MessageSecurer(
    MessageRequirements requirements,
    TimeProvider clock,
    TimeSpan validity,
    RandomSource random,
    XmlLimits limits)
{
    /// <param name="plain">An envelope in the binding's version of SOAP, without a security header.</param>
    /// <param name="token">The token whose key protects the message.</param>
    /// <param name="extras">The supporting tokens and confirmations.</param>
    /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
    public SecuredMessage Secure(SoapEnvelope plain, SenderToken token, SenderExtras extras)
    {
        try
        {
            return SecureCore(plain, token, extras);
        }
        catch (SecurityFailureException e)
        {
            // The envelope was parsed before, so what is left are limits: on its canonical form, or on its size once it is protected.
            throw new ArgumentException($"The envelope cannot be protected: {e.Message}.", nameof(plain), e);
        }
    }

    private SecuredMessage SecureCore(SoapEnvelope plain, SenderToken token, SenderExtras extras)
    {
        using var plan = SendPlan.Create(plain, requirements, extras.RelatesTo, limits);    // every part to sign gets an Id
        var now = clock.GetUtcNow();
        using var keys = SendKeys.Create(token, requirements, plan, extras, now, random);   // fresh keys, or those of request or session
        using var header = new SecurityHeaderWriter(requirements, keys, plan.Ids, random);
        var parts = new SignedParts(requirements, limits);
        header.AddTimestamp(now, validity);
        header.AddSource();
        header.AddSupportingTokens(extras, now);
        header.AddConfirmations(extras.Confirm);

        if (requirements.SignsFirst)
        {
            var digests = parts.Digest(plan);
            var splice = new EnvelopeSplice(plan.Envelope);
            var encrypted = PartEncryption.Apply(splice, plan, requirements, keys, random);
            header.Sign(digests);
            return Finish(plan, splice, header, encrypted, keys, parts);
        }

        parts.Survey(plan);
        var hidden = new EnvelopeSplice(plan.Envelope);
        var references = PartEncryption.Apply(hidden, plan, requirements, keys, random);
        var cipher = hidden.Apply(CipherCapacity(plan));
        plan.Replace(SoapEnvelope.Parse(cipher.Memory, plan.Envelope.Names, limits, buffer: cipher));

        // The parts are digested as they will be sent: as ciphertext.
        var ciphers = parts.Digest(plan);
        if (requirements.IsBound)
        {
            header.Bind(plan.Envelope, references, limits);
        }

        header.Sign(ciphers);
        return Finish(plan, new EnvelopeSplice(plan.Envelope), header, references, keys, parts);
    }

    private static SecuredMessage Finish(
        SendPlan plan,
        EnvelopeSplice splice,
        SecurityHeaderWriter header,
        List<string> encrypted,
        SendKeys keys,
        SignedParts parts)
    {
        if (!header.IsEmpty)
        {
            splice.InsertHeader(output => header.Write(output, encrypted));
        }

        return new SecuredMessage(splice.Apply(CipherCapacity(plan)), header.Signatures, keys, parts.LeavesOutPrefixes);
    }

    /// <summary>An estimate: base64 makes four octets of three, and the security header needs some room.</summary>
    private static int CipherCapacity(SendPlan plan) => checked((plan.Envelope.Bytes.Length * 3 / 2) + 8192);
}
