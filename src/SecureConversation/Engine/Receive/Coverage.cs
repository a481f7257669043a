using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Receive;

/// <summary>Every part that the binding wants signed is covered, every part that it wants encrypted was. By location.</summary>
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

            // Encryption without a signature over it lets an attacker swap ciphertexts; WCF refuses it likewise.
            if ((requirements.Headers.IsSigned(block) || isEncrypted) && !isSigned)
            {
                Fail.With(FailureCode.PartNotSigned, "header block");
            }

            // The rules of this message were chosen by the action that could be read.
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
