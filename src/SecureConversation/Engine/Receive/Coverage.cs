using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Requires that every part that the binding wants encrypted was encrypted, and that a signature covers every part that it
/// wants signed. Parts are told by their location, not by name or Id. What can be judged on the wire is judged there.
/// </summary>
internal static class Coverage
{
    /// <summary>Refuses parts in clear that have to be encrypted. Called before any key is used.</summary>
    public static void RequireEncrypted(
        MessageRequirements requirements, SoapEnvelope wire, SecurityHeader header, EncryptedParts encrypted)
    {
        if (requirements.EncryptBody && !encrypted.Contains(MessagePart.Body))
        {
            Fail.With(FailureCode.PartNotEncrypted, "s:Body", "clear text",
                "an encrypted body (ProtectionLevel EncryptAndSign)");
        }

        foreach (var block in wire.Headers)
        {
            if (requirements.Headers.IsEncrypted(block.Element))
            {
                Fail.With(FailureCode.PartNotEncrypted, "header block", block.Element.Describe());
            }
        }

        foreach (var item in header.Items)
        {
            if (item.Kind == SecurityItemKind.Signature && requirements.EncryptsSignature(requirements.EncryptBody))
            {
                Fail.With(FailureCode.PartNotEncrypted, "ds:Signature");
            }

            if (item.Token is { } token && requirements.EncryptsEach(token))
            {
                Fail.With(FailureCode.PartNotEncrypted, token.ElementName);
            }
        }
    }

    /// <summary>Requires the signature over what stands in clear, and over the body. Called before anything else is decrypted.</summary>
    public static void RequireSignedOnWire(
        MessageRequirements requirements,
        SoapEnvelope wire,
        SecurityHeader header,
        EncryptedParts encrypted,
        MessageIntegrity signed)
    {
        if (requirements.IsBound)
        {
            RequireBound(header, signed);
        }

        // The reference list is not signed, so an attacker can add ciphertext of his own to it.
        if (!requirements.SignsFirst)
        {
            RequireSignedCiphertext(encrypted, signed);
        }

        // Ciphertext in a body that nobody has to sign would be somebody else's: what it holds, and whether it can be read, would be told.
        if ((requirements.SignBody || encrypted.Contains(MessagePart.Body)) && !signed.Covers(MessagePart.Body))
        {
            Fail.With(FailureCode.PartNotSigned, "s:Body");
        }

        for (var i = 0; i < wire.Headers.Count; i++)
        {
            if (requirements.Headers.IsSigned(wire.Headers[i].Element) && wire.Headers[i].Element.Start != header.Element.Start
                && !signed.Covers(MessagePart.HeaderBlock(i)))
            {
                Fail.With(FailureCode.PartNotSigned, "header block", wire.Headers[i].Element.Describe());
            }
        }

        if (requirements.ProtectTokens && requirements.Role.IsFromClient)
        {
            RequirePrimaryToken(requirements, header, signed);
        }

        RequireSignedItems(header, signed);
    }

    private static void RequireSignedCiphertext(EncryptedParts encrypted, MessageIntegrity signed)
    {
        foreach (var part in encrypted.All)
        {
            if (!signed.Covers(part.Location))
            {
                Fail.With(FailureCode.PartNotSigned, "ciphertext");
            }
        }
    }

    /// <summary>Requires the primary signature over the token of its own key, where the message brings that (ProtectTokens).</summary>
    private static void RequirePrimaryToken(MessageRequirements requirements, SecurityHeader header, MessageIntegrity signed)
    {
        var token = requirements.RequiredToken is { } required
            ? MessagePart.SecurityItem(header.Single(required)!.Value.Position)
            : signed.Signatures[0].Token;
        if (token is { } location && !signed.Covers(location))
        {
            var kind = header.Items[location.Position].Token;
            Fail.With(FailureCode.PartNotSigned, kind?.ElementName, "a token that its own signature does not cover",
                "one that it covers (ProtectTokens)");
        }
    }

    /// <summary>Requires the signature over what was encrypted.</summary>
    public static void RequireSigned(
        MessageRequirements requirements, SoapEnvelope plain, SecurityHeader header, EncryptedParts encrypted, MessageIntegrity signed)
    {
        foreach (var part in encrypted.All)
        {
            // Without a signature an attacker could exchange ciphertexts; WCF refuses an encrypted, unsigned block too.
            if (part.Location.Kind == PartKind.HeaderBlock && !signed.Covers(part.Location))
            {
                Fail.With(FailureCode.PartNotSigned, "header block");
            }

            // Nor does anything else in the header come as ciphertext but signatures, of which each is looked at, and what they cover.
            // Whether it can be read would be told by what becomes of the message. Where the binding asks for no signature over a token,
            // that is told once: the message is remembered by then.
            if (part.Location.Kind == PartKind.SecurityItem
                && header.Items[part.Location.Position] is { Kind: not SecurityItemKind.Signature } item && !signed.Covers(part.Location)
                && !requirements.MayBeUnsignedCiphertext(item.Token))
            {
                Fail.With(FailureCode.PartNotSigned, item.Token?.ElementName ?? item.Kind.ToString());
            }

            // These requirements were chosen by the action that was readable on the wire; an encrypted one could differ from it.
            if (part.Location.Kind == PartKind.HeaderBlock
                && plain.Headers[part.Location.Position].Element.Is(requirements.Soap.Action))
            {
                Fail.With(FailureCode.UnexpectedElement, "encrypted wsa:Action");
            }

            // Freshness was judged by the timestamp on the wire.
            if (part.Location.Kind == PartKind.SecurityItem
                && header.Items[part.Location.Position].Kind == SecurityItemKind.Timestamp)
            {
                Fail.With(FailureCode.UnexpectedElement, "encrypted wsu:Timestamp");
            }
        }

        RequireSignedItems(header, signed);
    }

    /// <summary>Requires the primary signature over tokens, keys and everything else of the header but the signatures.</summary>
    private static void RequireBound(SecurityHeader header, MessageIntegrity signed)
    {
        foreach (var item in header.Items)
        {
            if (item.Kind != SecurityItemKind.Signature && !signed.Covers(MessagePart.SecurityItem(item.Position)))
            {
                Fail.With(FailureCode.PartNotSigned, item.Token?.ElementName ?? item.Kind.ToString());
            }
        }
    }

    private static void RequireSignedItems(SecurityHeader header, MessageIntegrity signed)
    {
        foreach (var item in header.Items)
        {
            if (item.Kind is SecurityItemKind.Timestamp or SecurityItemKind.SignatureConfirmation
                && !signed.Covers(MessagePart.SecurityItem(item.Position)))
            {
                Fail.With(FailureCode.PartNotSigned, item.Kind.ToString());
            }
        }
    }
}
