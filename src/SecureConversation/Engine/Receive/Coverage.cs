using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Requires that a signature covers every part that the binding wants signed, and that every part that it wants encrypted
/// was encrypted. Parts are told by their location, not by name or Id.
/// </summary>
internal static class Coverage
{
    public static void Require(MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed)
    {
        RequireBody(requirements, opened, signed);
        RequireHeaders(requirements, opened, signed);
        RequireSecurityItems(requirements, opened, signed);
    }

    private static void RequireBody(MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed)
    {
        if (requirements.SignBody && !signed.Covers(signed.Document.Body))
        {
            Fail.With(FailureCode.PartNotSigned, "s:Body");
        }

        if (requirements.EncryptBody && !opened.IsEncrypted(EncryptedLocation.Body, 0))
        {
            Fail.With(FailureCode.PartNotEncrypted, "s:Body");
        }
    }

    private static void RequireHeaders(MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed)
    {
        for (var i = 0; i < opened.Plain.Headers.Count; i++)
        {
            var block = opened.Plain.Headers[i].Element;
            var isEncrypted = opened.IsEncrypted(EncryptedLocation.HeaderBlock, i);
            var isSigned = signed.Covers(signed.Document.Headers[i].Element);

            // Without a signature an attacker could exchange ciphertexts; WCF refuses an encrypted, unsigned block too.
            if ((requirements.Headers.IsSigned(block) || isEncrypted) && !isSigned)
            {
                Fail.With(FailureCode.PartNotSigned, "header block");
            }

            // These requirements were chosen by the action that was readable on the wire; an encrypted one could differ from it.
            if (isEncrypted && block.Is(requirements.Soap.Action))
            {
                Fail.With(FailureCode.UnexpectedElement, "encrypted wsa:Action");
            }

            if (requirements.Headers.IsEncrypted(block) && !isEncrypted)
            {
                Fail.With(FailureCode.PartNotEncrypted, "header block");
            }
        }
    }

    private static void RequireSecurityItems(MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed)
    {
        foreach (var item in signed.Header.Items)
        {
            var mustBeSigned = item.Kind is SecurityItemKind.Timestamp or SecurityItemKind.SignatureConfirmation;
            if (mustBeSigned && !signed.Covers(item.Element))
            {
                Fail.With(FailureCode.PartNotSigned, item.Kind.ToString());
            }

            if (item.Kind == SecurityItemKind.Signature && requirements.EncryptsSignature(requirements.EncryptBody)
                && !opened.IsEncrypted(EncryptedLocation.SecurityItem, item.Position))
            {
                Fail.With(FailureCode.PartNotEncrypted, "ds:Signature");
            }
        }
    }
}
