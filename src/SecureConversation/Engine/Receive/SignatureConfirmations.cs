using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Requires that a reply repeats the value of every signature of its request, encrypted where the signature was encrypted
/// (WS-Security 1.1 section 8.5). A confirmation that matches no signature, or that nobody asked for, is refused.
/// <code>
/// k:SignatureConfirmation @Value [@u:Id]       Value: base64 of the signature value; WCF writes one per signature
/// </code>
/// </summary>
internal static class SignatureConfirmations
{
    public static void Require(
        MessageRequirements requirements,
        OpenedMessage opened,
        SecurityHeader plain,
        IReadOnlyList<SentSignature> sent)
    {
        List<SentSignature>? open = requirements.SignatureConfirmation ? [.. sent] : null;
        foreach (var item in plain.Items)
        {
            if (item.Kind != SecurityItemKind.SignatureConfirmation)
            {
                continue;
            }

            var value = ReadValue(item);
            if (open is null)
            {
                Fail.With(FailureCode.UnexpectedElement, "wsse11:SignatureConfirmation");
            }

            Confirm(open, value, opened.IsEncrypted(MessagePart.SecurityItem(item.Position)));
        }

        if (open is { Count: > 0 })
        {
            Fail.With(FailureCode.SignatureConfirmationMismatch);
        }
    }

    private static void Confirm(List<SentSignature> open, byte[] value, bool isEncrypted)
    {
        var match = open.FindIndex(s => s.WasEncrypted == isEncrypted && CryptographicOperations.FixedTimeEquals(s.Value, value));
        if (match < 0)
        {
            Fail.With(FailureCode.SignatureConfirmationMismatch, "wsse11:SignatureConfirmation");
        }

        open.RemoveAt(match);
    }

    private static byte[] ReadValue(SecurityItem item)
    {
        try
        {
            return Convert.FromBase64String(item.Element.GetAttribute(Attr.Value) ?? "");
        }
        catch (FormatException)
        {
            return Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "wsse11:SignatureConfirmation/@Value");
        }
    }
}
