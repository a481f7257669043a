using SecureConversation.Binding;

namespace SecureConversation.Engine.Tokens;

/// <summary>What a supporting token does for the message (WS-SecurityPolicy 1.2 section 8).</summary>
internal enum SupportingTokenAttachment
{
    /// <summary>Signs the primary signature.</summary>
    Endorsing,
    /// <summary>Is covered by the primary signature.</summary>
    Signed,
    /// <summary>Is covered by the primary signature and encrypted.</summary>
    SignedEncrypted,
    /// <summary>Both endorses and is covered.</summary>
    SignedEndorsing,
}

/// <summary>A token of the client beside the one that protects the message, and what it does for it.</summary>
internal sealed record SupportingToken(TokenKind Kind, SecurityTokenParameters Parameters, SupportingTokenAttachment Attachment)
{
    public bool Endorses => Attachment is SupportingTokenAttachment.Endorsing or SupportingTokenAttachment.SignedEndorsing;
    public bool IsSigned => Attachment is not SupportingTokenAttachment.Endorsing;
    public bool IsEncrypted => Attachment is SupportingTokenAttachment.SignedEncrypted;

    public static List<SupportingToken> Of(SupportingTokenParameters parameters)
    {
        var tokens = new List<SupportingToken>();
        Add(parameters.Signed, SupportingTokenAttachment.Signed);
        Add(parameters.SignedEncrypted, SupportingTokenAttachment.SignedEncrypted);
        Add(parameters.Endorsing, SupportingTokenAttachment.Endorsing);
        Add(parameters.SignedEndorsing, SupportingTokenAttachment.SignedEndorsing);
        return tokens;

        void Add(IEnumerable<SecurityTokenParameters> list, SupportingTokenAttachment attachment)
        {
            foreach (var item in list)
            {
                tokens.Add(new SupportingToken(TokenKind.Of(item), item, attachment));
            }
        }
    }
}
