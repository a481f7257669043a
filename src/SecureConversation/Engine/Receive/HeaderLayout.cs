using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Checks the order of the children of the security header (WS-SecurityPolicy 1.2 section 6.7). Under every layout their
/// order shows whether the sender signed or encrypted first: the item of the later step stands before that of the earlier.
/// </summary>
internal static class HeaderLayout
{
    public static void Require(MessageShape shape, MessageRequirements requirements)
    {
        if (requirements.IsProtectedByTransport)
        {
            // As WCF, which reads such headers as Strict, whatever the binding says (recorded). TransportMessage looks at the signatures.
            RequireTokensBeforeUse(shape);
            return;
        }

        RequireTimestampPosition(shape.Header, requirements.Layout);
        RequireProtectionOrder(shape, requirements);
        if (requirements.Layout == SecurityHeaderLayout.Strict)
        {
            RequireTokensBeforeUse(shape);
        }
    }

    /// <summary>The place of a timestamp, where there is one. The layout does not say whether there has to be one (recorded).</summary>
    private static void RequireTimestampPosition(SecurityHeader header, SecurityHeaderLayout layout)
    {
        var position = layout switch
        {
            SecurityHeaderLayout.LaxTimestampFirst => 0,
            SecurityHeaderLayout.LaxTimestampLast => header.Items.Count - 1,
            _ => -1,
        };
        if (position >= 0 && header.Single(SecurityItemKind.Timestamp) is { } timestamp && timestamp.Position != position)
        {
            Fail.With(FailureCode.LayoutViolation, "wsu:Timestamp", header.Describe(), $"SecurityHeaderLayout {layout}");
        }
    }

    /// <summary>
    /// The reference list, alone or in the EncryptedKey, stands before the signature where the binding signs first, and
    /// after it where the binding encrypts first.
    /// </summary>
    private static void RequireProtectionOrder(MessageShape shape, MessageRequirements requirements)
    {
        var list = shape.Header.Single(SecurityItemKind.ReferenceList);
        var signature = FirstOf(shape.Header.Items, requirements.SignsFirst);
        if (signature < 0)
        {
            return;
        }

        var nested = shape.EncryptedKey is { ReferenceList.IsNull: false };
        var listed = list?.Position ?? (nested ? shape.Header.Single(TokenKind.EncryptedKey)!.Value.Position : -1);
        if (listed >= 0 && (listed < signature) != requirements.SignsFirst)
        {
            Fail.With(FailureCode.ProtectionOrderMismatch, "xenc:ReferenceList", shape.Header.Describe(),
                $"MessageProtectionOrder {requirements.Order}");
        }
    }

    /// <summary>The position of the first signature, or -1. An EncryptedData counts as one where signatures may be encrypted.</summary>
    private static int FirstOf(List<SecurityItem> items, bool mayBeEncrypted)
    {
        foreach (var item in items)
        {
            if (item.Kind == SecurityItemKind.Signature || (mayBeEncrypted && item.Kind == SecurityItemKind.EncryptedData))
            {
                return item.Position;
            }
        }

        return -1;
    }

    /// <summary>Under the Strict layout a derived key follows the token that it is derived from.</summary>
    private static void RequireTokensBeforeUse(MessageShape shape)
    {
        foreach (var (id, token) in shape.DerivedKeys)
        {
            if (token.Source.Kind == KeyReferenceKind.LocalId
                && shape.Header.FindById(token.Source.LocalId) is { } source
                && source.Position > shape.Header.FindById(id)!.Value.Position)
            {
                Fail.With(FailureCode.LayoutViolation, "wsc:DerivedKeyToken before its source", shape.Header.Describe(),
                    "SecurityHeaderLayout Strict");
            }
        }
    }
}
