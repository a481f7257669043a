using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The value of a signature by a supporting token (WS-SecurityPolicy 1.2 section 8.3). What it has to cover depends on what protects the
/// message: the primary signature or, over a protected transport, the timestamp.
/// </summary>
internal static class EndorsingSignature
{
    /// <summary>Called before any of them is verified: each costs an operation with a public key that the sender chose.</summary>
    /// <exception cref="SecurityFailureException">There are fewer than the binding asks for, or more.</exception>
    public static void RequireCount(int count, MessageRequirements requirements)
    {
        var (least, most) = requirements.Endorsements;
        if (count < least || count > most)
        {
            Fail.With(count < least ? FailureCode.TokenMissing : FailureCode.UnexpectedElement, "endorsing ds:Signature",
                FailureText.Of(count, "of them"), FailureText.Of(most, "(EndpointSupportingTokenParameters)"));
        }
    }

    /// <summary>Verifies the value of a signature by a token of the client.</summary>
    /// <param name="signature">The element.</param>
    /// <param name="header">The security header.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The keys of the message, of issued tokens among them.</param>
    /// <param name="source">The certificates that the receiver knows.</param>
    /// <param name="isSealed">Whether it was encrypted.</param>
    /// <exception cref="SecurityFailureException">The value is wrong, or its key is none that may endorse.</exception>
    public static (ProvedToken? Proof, MessagePart? Token) Verify(SignatureElement signature, SecurityHeader header,
        MessageRequirements requirements, KeyRing keys, KeySource source, bool isSealed)
    {
        if (keys.Assertions.Contain(signature.Key))
        {
            return VerifyByAssertion(signature, requirements, keys);
        }

        if (keys.IsOfEndorsingUserName(signature.Key))
        {
            return VerifyByUserName(signature, header, requirements, keys);
        }

        if (signature.Key.Kind == KeyReferenceKind.KeyValue)
        {
            return VerifyByRsaKey(signature, requirements);
        }

        var signer = SigningCertificate.Resolve(signature.Key, header, source, allowSerialized: true);
        if (isSealed)
        {
            SealedForm.RequireName(signature.Key, signer.Certificate);
        }

        SignatureVerification.RequireValue(signature, requirements.Suite, signer.Certificate);
        return (new ProvedCertificate(signer.Certificate), signer.Token);
    }

    private static (ProvedToken? Proof, MessagePart? Token) VerifyByAssertion(
        SignatureElement signature, MessageRequirements requirements, KeyRing keys)
    {
        var (position, assertion, key) = keys.Assertions.ForEndorsement(signature.Key);
        if (key is not null)
        {
            SignatureVerification.RequireValue(signature, requirements.Suite, key);
        }
        else
        {
            using var publicKey = assertion.Confirmation.Key!.OpenPublicKey(requirements.Suite);
            SignatureVerification.RequireValue(signature, requirements.Suite, publicKey);
        }

        return (new ProvedVerifiedAssertion(assertion), MessagePart.SecurityItem(position));
    }

    private static (ProvedToken? Proof, MessagePart? Token) VerifyByUserName(
        SignatureElement signature, SecurityHeader header, MessageRequirements requirements, KeyRing keys)
    {
        var form = requirements.EndorsingUserName!;
        SignatureVerification.RequireValue(
            signature, requirements.Suite, keys.ForUserNameEndorsement(signature.Key, form.RequireDerivedKeys));
        var item = header.Single(TokenKind.UserName)!.Value;
        var token = UsernameToken.Read(item.Element);
        token.RequireKey(form);
        return (new ProvedUserName(token, form), MessagePart.SecurityItem(item.Position));
    }

    /// <summary>The signature brings its key, which counts where the binding asks for such a token alone.</summary>
    private static (ProvedToken? Proof, MessagePart? Token) VerifyByRsaKey(SignatureElement signature, MessageRequirements requirements)
    {
        if (!requirements.Supporting.Any(t => t.Kind == TokenKind.Rsa))
        {
            Fail.With(FailureCode.UnexpectedElement, TokenKind.Rsa.ElementName);
        }

        var key = new RSAParameters { Modulus = signature.Key.Value.ToArray(), Exponent = signature.Key.Exponent.ToArray() };
        SignatureVerification.RequireValue(signature, requirements.Suite, key);
        return (new ProvedRsaKey(key), null);
    }

    /// <summary>Verifies the value of a signature by the security context that endorses.</summary>
    /// <param name="signature">The element.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The symmetric keys of the message.</param>
    /// <exception cref="SecurityFailureException">The value is wrong, or the context is unknown.</exception>
    public static (ProvedToken? Proof, MessagePart? Token) VerifyByContext(
        SignatureElement signature, MessageRequirements requirements, KeyRing keys)
    {
        SignatureVerification.RequireValue(signature, requirements.Suite, keys.ForEndorsement(signature.Key));
        return (null, MessagePart.SecurityItem(keys.EndorsingContextPosition));
    }
}
