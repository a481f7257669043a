using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// Where encryption came first (EncryptBeforeSign), no signature covers the key of the ciphertext: neither the DerivedKeyToken nor the
/// EncryptedKey is signed on WCF's wire. This binds the key as far as that wire allows. What remains open is said in SECURITY.md. The
/// profile Bound signs the key.
/// </summary>
internal static class EncryptionKeyCheck
{
    /// <summary>
    /// Before decryption: one key encrypts all parts of a message, and in a session a signature key keeps the encryption key that it was
    /// first verified with.
    /// </summary>
    /// <exception cref="SecurityFailureException">The keys do not go together.</exception>
    public static void RequirePair(
        MessageRequirements requirements, EncryptedParts encrypted, PrimarySignature? primary, KeyRing keys)
    {
        if (!requirements.LeavesKeyUnsigned || encrypted.All.Count == 0)
        {
            return;
        }

        var encryption = keys.FindInputs(encrypted.All[0].Data.Key);
        foreach (var part in encrypted.All)
        {
            if (!Equals(keys.FindInputs(part.Data.Key), encryption))
            {
                Fail.With(FailureCode.EncryptionKeyChanged, "two keys in one message");
            }
        }

        if (keys.Context is { } context && encryption is not null && keys.FindInputs(primary?.Element.Key) is { } signing)
        {
            if (context.Pairs.Find(signing) is { } known && known != (signing, encryption))
            {
                Fail.With(FailureCode.EncryptionKeyChanged, "wsc:DerivedKeyToken");
            }

            keys.UsesPair(signing, encryption);
        }
    }

    /// <summary>
    /// After decryption: another key could not have made this content of the ciphertext (<see cref="TellingContent"/>). A pair of keys that
    /// a message came with before has shown that it is the right one.
    /// </summary>
    /// <exception cref="SecurityFailureException">The content could have come about under another key.</exception>
    public static void RequireTelling(MessageRequirements requirements, OpenedMessage opened, SecurityHeader header, KeyRing keys)
    {
        if (!requirements.LeavesKeyUnsigned || keys.IsPairKnown)
        {
            return;
        }

        var isProof = false;
        foreach (var part in opened.Parts.All)
        {
            isProof |= part.Location.Kind != PartKind.Body || opened.Plain.Body.ContentStart < opened.Plain.Body.ContentEnd;
            var isTelling = part.Location.Kind switch
            {
                PartKind.Body => TellingContent.IsOf(opened.Plain.Body, requirements.IsAsymmetric),
                PartKind.HeaderBlock =>
                    TellingContent.IsElement(opened.Plain.Headers[part.Location.Position].Element, requirements.IsAsymmetric),
                _ => TellingContent.IsElement(header.Items[part.Location.Position].Element, requirements.IsAsymmetric),
            };
            if (!isTelling)
            {
                Fail.With(FailureCode.AmbiguousContent, part.Location.Kind == PartKind.Body ? "s:Body" : null);
            }
        }

        // A body without content shows nothing of the key.
        if (isProof)
        {
            keys.ProvePair();
        }
    }
}
