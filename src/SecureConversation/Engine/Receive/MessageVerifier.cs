using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Verifies one received message. The steps run in one fixed order and each produces what the next one needs; no binding
/// reorders them and no setting skips one.
/// </summary>
internal sealed class MessageVerifier(MessageRequirements requirements, KeySource source, Freshness freshness, XmlLimits limits)
{
    /// <summary>Verifies an envelope.</summary>
    /// <param name="wire">The received envelope, parsed within limits. The result takes it over; on failure the caller keeps it.</param>
    /// <param name="sent">The signatures that a reply has to confirm; empty for requests.</param>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public VerifiedMessage Verify(SoapEnvelope wire, IReadOnlyList<SentSignature> sent)
    {
        OpenedMessage? opened = null;
        try
        {
            var header = SecurityHeader.Read(wire, requirements.Protocol);            // only known children, Ids unique
            var shape = MessageShape.Match(header, requirements);                     // only items this binding asks for
            using var keys = KeyRing.Resolve(shape, requirements, source);            // the primary key, and keys from it
            MessageIntegrity signed;
            if (requirements.SignsFirst)
            {
                opened = OpenedMessage.Decrypt(wire, shape, requirements, keys, limits);
                signed = SignedMessage.Verify(opened.Plain, requirements, keys, source);
            }
            else
            {
                signed = SignedMessage.Verify(wire, requirements, keys, source);      // checked before anything is decrypted
                opened = OpenedMessage.Decrypt(wire, shape, requirements, keys, limits, signed);
            }

            Reflection.Refuse(signed, requirements);                                  // not a message of this side
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
                // Bad padding must not be answered faster than a bad digest (padding oracle), so the message is hashed here too.
                SHA256.HashData(wire.Bytes);
            }

            opened?.Dispose();
            throw;
        }
    }
}
