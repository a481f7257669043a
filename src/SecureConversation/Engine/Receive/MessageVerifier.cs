using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Verifies one received message, in two halves. Between them the caller asks whether the message came before, and has what stands in
/// clear verified. The steps run in one fixed order and each produces what the next one needs; no binding reorders them and no setting
/// skips one.
/// </summary>
/// <param name="requirements">The requirements for the message.</param>
/// <param name="source">The keys that the receiver knows.</param>
/// <param name="attempts">The ciphertexts of signatures that came before; null for a client, who takes one reply for each request.</param>
/// <param name="freshness">What a timestamp has to be.</param>
/// <param name="limits">The limits on XML.</param>
internal readonly struct MessageVerifier(
    MessageRequirements requirements, KeySource source, SealedAttempts? attempts, Freshness freshness, XmlLimits limits)
{
    /// <summary>
    /// The first half: verifies the signature and that the message is fresh, and decrypts nothing but the signature. The digests of all
    /// else come later: whoever changed a part must not have a signature that he holds verified again and again.
    /// </summary>
    /// <param name="wire">The received envelope, parsed within limits. It stays the caller's.</param>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public AuthenticMessage Authenticate(SoapEnvelope wire)
    {
        var header = SecurityHeader.Read(wire, requirements);                             // only known children, Ids unique
        var shape = MessageShape.Match(header, requirements, source.Session);             // only items this binding asks for
        var encrypted = EncryptedParts.Locate(wire, shape, requirements);                 // each listed, and nothing else
        Coverage.RequireEncrypted(requirements, wire, header, encrypted);                 // nothing in clear that may not be
        wire.RequireBody();                                                               // it was read: see HeaderGlance
        var keys = KeyRing.Resolve(shape, requirements, source);                          // the primary key, and keys from it
        PrimarySignature? primary = null;
        MessageIntegrity? signed = null;
        try
        {
            var timestamp = freshness.Require(header.Timestamp);                          // its shape, before it is digested
            signed = requirements.IsProtectedByTransport
                ? TransportMessage.Begin(wire, header, requirements, keys, source)        // what its tokens sign is of this message
                : SignedMessage.Begin(wire, header, requirements,                         // signed, hence not an attacker's
                    primary = PrimarySignature.Require(wire, shape, encrypted, requirements, keys, source, attempts), keys);
            Reflection.Refuse(signed, requirements);                                      // not a message of this side
            return new AuthenticMessage(wire, shape, encrypted, keys, signed, timestamp);
        }
        catch
        {
            signed?.Dispose();
            primary?.Dispose();
            keys.Dispose();
            throw;
        }
    }

    /// <summary>The step between: verifies what stands in clear. Called when the message has been remembered.</summary>
    /// <param name="message">The result of the first half. It stays the caller's.</param>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public void VerifyInClear(AuthenticMessage message)
    {
        var (header, signed) = (message.Shape.Header, message.Signed);
        signed.VerifyOnWire(message.Encrypted, requirements, message.Keys, source);       // the digests of all that is in clear
        EncryptionKeyCheck.RequirePair(requirements, message.Encrypted, signed.Primary, message.Keys); // if no key is signed
        Coverage.RequireSignedOnWire(requirements, message.Wire, header, message.Encrypted, signed);
    }

    /// <summary>The second half: decrypts, and verifies what was encrypted.</summary>
    /// <param name="message">The message whose parts in clear were verified. It stays the caller's.</param>
    /// <param name="sent">The signatures that a reply has to confirm; empty for requests.</param>
    /// <returns>The message, which takes over the envelope. On failure the caller keeps it.</returns>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public VerifiedMessage Open(AuthenticMessage message, IReadOnlyList<SentSignature> sent)
    {
        var signed = message.Signed;
        var opened = OpenedMessage.Decrypt(message, requirements, limits);
        try
        {
            var header = SecurityHeader.Read(opened.Plain, requirements);                 // the decrypted Ids are unique, too
            EncryptionKeyCheck.RequireTelling(requirements, opened, header, message.Keys); // the same, of the content
            signed.Complete(opened.Plain, header, opened.Parts, requirements, message.Keys, source);
            Coverage.RequireSigned(requirements, opened.Plain, header, opened.Parts, signed);
            var tokens = SupportingTokens.Require(requirements, opened, signed, header, message.Shape.OwnToken);
            SignatureConfirmations.Require(requirements, opened, header, sent);
            message.Keys.Keep();
            return new VerifiedMessage(message, opened, tokens, requirements);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>All steps, for a caller that remembers nothing between them.</summary>
    /// <param name="wire">The received envelope. The result takes it over; on failure the caller keeps it.</param>
    /// <param name="sent">The signatures that a reply has to confirm; empty for requests.</param>
    /// <exception cref="SecurityFailureException">The message breaks a rule; the code says which.</exception>
    public VerifiedMessage Verify(SoapEnvelope wire, IReadOnlyList<SentSignature> sent)
    {
        using var message = Authenticate(wire);
        VerifyInClear(message);
        return Open(message, sent);
    }
}
