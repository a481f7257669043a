using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The items of a security header that are needed before decryption. Matching them with the requirements of the message
/// fails when a required item is missing or an item is present that this kind of message may not hold.
/// </summary>
internal sealed class MessageShape
{
    private MessageShape(
        SecurityHeader header,
        EncryptedKey? encryptedKey,
        SecurityContextToken? contextToken,
        List<(XmlId Id, DerivedKeyToken Token)> derivedKeys,
        List<XmlId> references)
    {
        Header = header;
        EncryptedKey = encryptedKey;
        ContextToken = contextToken;
        DerivedKeys = derivedKeys;
        References = references;
    }

    public SecurityHeader Header { get; }

    /// <summary>The wrapped key of this message; null in sessions and in replies of a symmetric binding.</summary>
    public EncryptedKey? EncryptedKey { get; }

    /// <summary>The location of the certificate of the receiver; null when the message does not bring it.</summary>
    public MessagePart? OwnToken { get; private init; }

    /// <summary>The certificate that the wrapped key is for.</summary>
    public KeyReference WrappedFor => OwnToken is null ? EncryptedKey!.WrappedFor
        : BroughtCertificate.Follow(EncryptedKey!.WrappedFor, Header.Element);

    /// <summary>
    /// The context token; null outside sessions, and where the sender refers to the context by its URI. In a renewal it endorses, unless
    /// there are two: then the first one protects the message.
    /// </summary>
    public SecurityContextToken? ContextToken { get; }

    /// <summary>The context token that endorses; null where none does.</summary>
    public SecurityContextToken? EndorsingContextToken { get; private init; }

    /// <summary>The item of <see cref="EndorsingContextToken"/>.</summary>
    public SecurityItem? EndorsingContextItem { get; private init; }

    /// <summary>Whether a reference names the context token that endorses.</summary>
    public bool IsEndorsingContext(XmlId id) => EndorsingContextItem?.Id is { } own && own == id;

    public List<(XmlId Id, DerivedKeyToken Token)> DerivedKeys { get; }

    /// <summary>The Ids of all encrypted parts; empty when nothing is encrypted.</summary>
    public List<XmlId> References { get; }

    /// <param name="header">The header.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="session">The identifier of the context that the receiver has; null when it has none.</param>
    /// <exception cref="SecurityFailureException">The header does not have the shape that the requirements ask for.</exception>
    public static MessageShape Match(SecurityHeader header, MessageRequirements requirements, string? session = null)
    {
        var encryptedKey = header.Single(TokenKind.EncryptedKey) is { } wrapped
            ? EncryptedKey.Read(wrapped.Element, requirements.Protocol)
            : null;
        var contextToken = header.Single(TokenKind.SecurityContext) is { } context
            ? SecurityContextToken.Read(context.Element, requirements.Protocol, session)
            : null;
        RequireTokens(header, requirements);
        var endorsing = requirements.EndorsingContext is null ? null
            : requirements.HasTwoContexts ? header.Second(TokenKind.SecurityContext)
            : header.Single(TokenKind.SecurityContext);
        if (requirements.NeedsTimestamp && header.Single(SecurityItemKind.Timestamp) is null)
        {
            Fail.With(FailureCode.TimestampMissing, "wsu:Timestamp", header.Describe(), "a wsu:Timestamp (IncludeTimestamp)");
        }

        var shape = new MessageShape(
            header,
            encryptedKey,
            contextToken,
            ReadDerivedKeys(header, requirements),
            ReadReferences(header, encryptedKey))
        {
            EndorsingContextItem = endorsing,
            EndorsingContextToken = endorsing is not { } item ? null
                : requirements.HasTwoContexts ? SecurityContextToken.Read(item.Element, requirements.Protocol)
                : contextToken,
            OwnToken = encryptedKey is not null && requirements.TakesEncryptionToken ? BroughtCertificate.Find(encryptedKey, header) : null,
        };
        HeaderLayout.Require(shape, requirements);
        return shape;
    }

    /// <summary>Requires the token that the binding asks for, and refuses those that the binding does not allow.</summary>
    private static void RequireTokens(SecurityHeader header, MessageRequirements requirements)
    {
        // The transport encrypts, and no signature needs to refer to a token by another element.
        if (requirements.IsProtectedByTransport && header.Items.Find(i => !IsOverTransport(i.Kind)) is { Element.IsNull: false } other)
        {
            Fail.With(FailureCode.UnexpectedElement, other.Kind.ToString(), header.Describe(),
                "no more than a timestamp, tokens and signatures");
        }

        if (requirements.RequiredToken is { } required && header.Single(required) is null)
        {
            Fail.With(FailureCode.TokenMissing, required.ElementName, header.Describe(), required.ElementName);
        }

        if (requirements.EndorsingContext is { } context
            && (requirements.HasTwoContexts ? header.Second(context.Kind) : header.Single(context.Kind)) is null)
        {
            Fail.With(FailureCode.TokenMissing, context.Kind.ElementName);
        }

        var (certificates, issued) = (requirements.MostCertificates, requirements.IssuedTokens);
        foreach (var item in header.Items)
        {
            if (item.Token is not { } token)
            {
                continue;
            }

            if (!requirements.Allows(token) || (token == TokenKind.X509 && certificates-- == 0)
                || (token == TokenKind.Saml && issued-- == 0))
            {
                Fail.With(FailureCode.UnexpectedElement, token.ElementName);
            }
        }
    }

    private static bool IsOverTransport(SecurityItemKind kind) =>
        kind is SecurityItemKind.Timestamp or SecurityItemKind.Token or SecurityItemKind.Signature;

    private static List<(XmlId, DerivedKeyToken)> ReadDerivedKeys(SecurityHeader header, MessageRequirements requirements)
    {
        // WCF too allows twice as many derived keys as the binding can use.
        var most = (2 + requirements.Supporting.Count) * 2;
        var keys = new List<(XmlId, DerivedKeyToken)>(2);
        foreach (var item in header.Items)
        {
            if (item.Token != TokenKind.DerivedKey)
            {
                continue;
            }

            if (keys.Count == most)
            {
                Fail.With(FailureCode.LimitExceeded, "wsc:DerivedKeyToken", expected: FailureText.AtMost(most));
            }

            var id = item.Id ?? Fail.With<XmlId>(FailureCode.MalformedSecurityElement, "wsc:DerivedKeyToken/@wsu:Id");
            keys.Add((id, DerivedKeyToken.Read(item.Element, requirements.Protocol, requirements.Suite.KeyDerivation)));
        }

        return keys;
    }

    /// <summary>Reads the one reference list, which stands alone in the header or inside the EncryptedKey.</summary>
    private static List<XmlId> ReadReferences(SecurityHeader header, EncryptedKey? encryptedKey)
    {
        var standalone = header.Single(SecurityItemKind.ReferenceList);
        var nested = encryptedKey is { ReferenceList.IsNull: false };
        return (standalone, nested) switch
        {
            (null, false) => [],
            ({ } item, false) => ReferenceList.Read(item.Element, Limits.MaxEncryptedParts),
            (null, true) => ReferenceList.Read(encryptedKey!.ReferenceList, Limits.MaxEncryptedParts),
            _ => Fail.With<List<XmlId>>(FailureCode.DuplicateElement, "xenc:ReferenceList"),
        };
    }
}
