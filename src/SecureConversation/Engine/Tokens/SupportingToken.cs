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

    /// <summary>The token is encrypted.</summary>
    Encrypted,

    /// <summary>The token is encrypted and signs the primary signature.</summary>
    EndorsingEncrypted,

    /// <summary>The token is encrypted and signs the primary signature, which covers the token.</summary>
    SignedEndorsingEncrypted,
}

/// <summary>A token of the client beside the one that protects the message (WS-SecurityPolicy 1.2 section 8).</summary>
/// <param name="Kind">The kind of token.</param>
/// <param name="Parameters">How the binding describes it.</param>
/// <param name="Attachment">How it belongs to the message.</param>
internal sealed record SupportingToken(TokenKind Kind, SecurityTokenParameters Parameters, SupportingTokenAttachment Attachment)
{
    /// <summary>Whether a message may come without it.</summary>
    public bool IsOptional { get; init; }

    public bool Endorses => Attachment is SupportingTokenAttachment.Endorsing or SupportingTokenAttachment.SignedEndorsing
        or SupportingTokenAttachment.EndorsingEncrypted or SupportingTokenAttachment.SignedEndorsingEncrypted;

    /// <summary>Whether the primary signature has to cover the token.</summary>
    public bool IsSigned => Attachment is SupportingTokenAttachment.Signed or SupportingTokenAttachment.SignedEncrypted
        or SupportingTokenAttachment.SignedEndorsing or SupportingTokenAttachment.SignedEndorsingEncrypted;

    public bool IsEncrypted => Attachment is SupportingTokenAttachment.SignedEncrypted or SupportingTokenAttachment.Encrypted
        or SupportingTokenAttachment.EndorsingEncrypted or SupportingTokenAttachment.SignedEndorsingEncrypted;

    /// <summary>Whether the token may come as ciphertext that nothing signs.</summary>
    public bool MayBeUnsignedCiphertext => IsEncrypted && !IsSigned;

    /// <summary>
    /// Whether a sender has the signature cover the token: also where nobody asks, so that ciphertext is authentic, and since nothing else
    /// ties the name of a user to the key that is made of his password.
    /// </summary>
    public bool SenderSigns => IsSigned || IsEncrypted || (Endorses && Kind == TokenKind.UserName);

    /// <summary>In how many ways the token is protected. What is asked for more is looked for first.</summary>
    public int Demands => (Endorses ? 8 : 0) + (IsSigned ? 4 : 0) + (IsEncrypted ? 2 : 0) + (IsOptional ? 0 : 1);

    /// <summary>
    /// The supporting tokens of a request: those of the endpoint and of its operation, in the order of WCF's kinds.
    /// </summary>
    /// <param name="element">The binding element.</param>
    /// <param name="action">The action of the request; null when it has none.</param>
    public static List<SupportingToken> Of(SecurityBindingElement element, string? action) => InOrder(
    [
        .. Of(element.EndpointSupportingTokenParameters),
        .. Optional(Of(element.OptionalEndpointSupportingTokenParameters)),
        .. Of(element.OperationSupportingTokenParameters.Of(action)),
        .. Optional(Of(element.OptionalOperationSupportingTokenParameters.Of(action))),
    ]);

    /// <summary>The same for each different list that a request may have, with the name of the setting that adds to it.</summary>
    public static IEnumerable<(string Setting, List<SupportingToken> Tokens)> AllOf(SecurityBindingElement element)
    {
        yield return (nameof(element.EndpointSupportingTokenParameters), Of(element, OperationSupportingTokens.AnyOther));
        foreach (var action in element.OperationSupportingTokenParameters.Keys
            .Concat(element.OptionalOperationSupportingTokenParameters.Keys).Distinct(StringComparer.Ordinal))
        {
            yield return ($"{nameof(element.OperationSupportingTokenParameters)}[{action}]", Of(element, action));
        }
    }

    /// <summary>The tokens of one of the lists of a binding element.</summary>
    private static List<SupportingToken> Of(SupportingTokenParameters parameters)
    {
        var tokens = new List<SupportingToken>();
        Add(parameters.Signed, SupportingTokenAttachment.Signed);
        Add(parameters.SignedEncrypted, SupportingTokenAttachment.SignedEncrypted);
        Add(parameters.Encrypted, SupportingTokenAttachment.Encrypted);
        Add(parameters.Endorsing, SupportingTokenAttachment.Endorsing);
        Add(parameters.EndorsingEncrypted, SupportingTokenAttachment.EndorsingEncrypted);
        Add(parameters.SignedEndorsing, SupportingTokenAttachment.SignedEndorsing);
        Add(parameters.SignedEndorsingEncrypted, SupportingTokenAttachment.SignedEndorsingEncrypted);
        return tokens;

        void Add(IEnumerable<SecurityTokenParameters> list, SupportingTokenAttachment attachment)
        {
            foreach (var item in list)
            {
                tokens.Add(new SupportingToken(TokenKind.Of(item), item, attachment));
            }
        }
    }

    private static IEnumerable<SupportingToken> Optional(IEnumerable<SupportingToken> tokens) =>
        tokens.Select(token => token with { IsOptional = true });

    // WCF writes all endorsing signatures before all of tokens that are signed as well (switches of its header).
    private static List<SupportingToken> InOrder(List<SupportingToken> tokens) => tokens.Count < 2 ? tokens : [.. tokens.OrderBy(Place)];

    private static int Place(SupportingToken token) => token.Attachment switch
    {
        SupportingTokenAttachment.Signed => 0,
        SupportingTokenAttachment.SignedEncrypted => 1,
        SupportingTokenAttachment.Encrypted => 2,
        SupportingTokenAttachment.Endorsing => 3,
        SupportingTokenAttachment.EndorsingEncrypted => 4,
        SupportingTokenAttachment.SignedEndorsing => 5,
        _ => 6,
    };
}
