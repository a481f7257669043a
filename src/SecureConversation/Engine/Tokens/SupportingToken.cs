using SecureConversation.Binding;

namespace SecureConversation.Engine.Tokens;

/// <summary>The ways in which a supporting token belongs to a message (WS-SecurityPolicy 1.2 section 8).</summary>
internal enum SupportingTokenAttachment
{
    /// <summary>The token signs the primary signature.</summary>
    Endorsing,

    /// <summary>The primary signature covers the token.</summary>
    Signed,

    /// <summary>The primary signature covers the token, and the token is encrypted.</summary>
    SignedEncrypted,

    /// <summary>The token signs the primary signature, which covers the token.</summary>
    SignedEndorsing,
}

/// <summary>A token of the client beside the one that protects the message (WS-SecurityPolicy 1.2 section 8).</summary>
internal sealed record SupportingToken(TokenKind Kind, SecurityTokenParameters Parameters, SupportingTokenAttachment Attachment)
{
    public bool Endorses => Attachment is SupportingTokenAttachment.Endorsing or SupportingTokenAttachment.SignedEndorsing;
    public bool IsSigned => Attachment is not SupportingTokenAttachment.Endorsing;
    public bool IsEncrypted => Attachment is SupportingTokenAttachment.SignedEncrypted;

    /// <summary>The supporting tokens that a binding element lists.</summary>
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
