using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Receives one message: the whole pipeline on this page, in a fixed order. Each line produces what the next one needs;
/// no binding reorders it and no setting skips a line.
/// </summary>
internal sealed class MessageVerifier(MessageRequirements requirements, KeySource source, Freshness freshness, XmlLimits limits)
{
    /// <summary>Verifies an envelope.</summary>
    /// <param name="wire">The envelope as it came, parsed within limits. Belongs to the result; when it fails, still to the caller.</param>
    /// <param name="sent">The signatures that a reply has to confirm; empty for requests.</param>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public VerifiedMessage Verify(SoapEnvelope wire, IReadOnlyList<SentSignature> sent)
    {
        OpenedMessage? opened = null;
        try
        {
            var header = SecurityHeader.Read(wire, requirements.Protocol);            // the closed set of children
            var shape = MessageShape.Match(header, requirements);                     // exactly what this binding holds
            using var keys = KeyRing.Resolve(shape, requirements, source);            // keys of the primary token, derived
            MessageIntegrity signed;
            if (requirements.SignsFirst)
            {
                opened = OpenedMessage.Decrypt(wire, shape, requirements, keys, limits);
                signed = SignedMessage.Verify(opened.Plain, requirements, keys, source);
            }
            else
            {
                signed = SignedMessage.Verify(wire, requirements, keys, source);      // ciphertext is authenticated first
                opened = OpenedMessage.Decrypt(wire, shape, requirements, keys, limits, signed);
            }

            var plain = requirements.SignsFirst ? signed.Header : SecurityHeader.Read(opened.Plain, requirements.Protocol);
            var tokens = SupportingTokens.Require(requirements, opened, signed, plain);
            Coverage.Require(requirements, opened, signed);
            SignatureConfirmations.Require(requirements, opened, plain, sent);
            var timestamp = freshness.Require(signed.Header.Timestamp);
            keys.Keep();
            return new VerifiedMessage(wire, opened, signed, shape, tokens, timestamp, keys, requirements);
        }
        catch (Exception e)
        {
            if (e is SecurityFailureException { Code: FailureCode.DecryptionFailed })
            {
                // The work of a digest, so that the answer to bad padding takes as long as that to a bad digest.
                SHA256.HashData(wire.Bytes);
            }

            opened?.Dispose();
            throw;
        }
    }
}
