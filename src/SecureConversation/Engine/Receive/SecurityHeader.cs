using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>The closed set of children that a security header may have.</summary>
internal enum SecurityItemKind
{
    Timestamp,
    /// <summary>A security token; <see cref="SecurityItem.Token"/> says of which kind.</summary>
    Token,
    SecurityTokenReference,
    ReferenceList,
    EncryptedData,
    Signature,
    SignatureConfirmation,
}

/// <summary>One child of the security header.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Token">The kind of token; null for what is no token.</param>
/// <param name="Element">The element.</param>
/// <param name="Id">The Id by which others may refer to it.</param>
/// <param name="Position">Its index among the children.</param>
internal readonly record struct SecurityItem(SecurityItemKind Kind, TokenKind? Token, XmlElement Element, XmlId? Id, int Position);

/// <summary>
/// The children of wsse:Security in document order, before any cryptography: an unknown child, a second of what occurs
/// once, a duplicate Id or too many of a kind fails here.
/// </summary>
internal sealed class SecurityHeader
{
    private const int MaxItems = 48;

    private SecurityHeader(XmlElement element, List<SecurityItem> items)
    {
        Element = element;
        Items = items;
    }

    public XmlElement Element { get; }
    public List<SecurityItem> Items { get; }

    /// <summary>The wsu:Timestamp; null element when there is none.</summary>
    public XmlElement Timestamp => Single(SecurityItemKind.Timestamp)?.Element ?? default;

    public static SecurityHeader Read(SoapEnvelope envelope, ProtocolVersion protocol)
    {
        var element = envelope.FindSecurity();
        if (element.IsNull)
        {
            Fail.With(FailureCode.SecurityHeaderMissing);
        }

        var items = new List<SecurityItem>(12);
        foreach (var child in element.Children)
        {
            if (items.Count == MaxItems)
            {
                Fail.With(FailureCode.LimitExceeded, "children of wsse:Security");
            }

            var token = TokenKind.OfElement(child, protocol);
            var kind = token is null ? KindOf(child) : SecurityItemKind.Token;
            items.Add(new SecurityItem(kind, token, child, token is null ? IdOf(kind, child) : token.IdOf(child), items.Count));
        }

        if (items.Count == 0 || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse:Security");
        }

        var header = new SecurityHeader(element, items);
        header.RequireSingletons();
        header.RequireUniqueIds(envelope);
        return header;
    }

    /// <summary>The first token of that kind, or null.</summary>
    public SecurityItem? Single(TokenKind kind)
    {
        foreach (var item in Items)
        {
            if (item.Token == kind)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>The first item of that kind, or null.</summary>
    public SecurityItem? Single(SecurityItemKind kind)
    {
        foreach (var item in Items)
        {
            if (item.Kind == kind)
            {
                return item;
            }
        }

        return null;
    }

    public SecurityItem? FindById(XmlId id)
    {
        foreach (var item in Items)
        {
            if (item.Id == id)
            {
                return item;
            }
        }

        return null;
    }

    private static SecurityItemKind KindOf(XmlElement child) =>
        child.Is(Wsu.Timestamp) ? SecurityItemKind.Timestamp
        : child.Is(Wsse.SecurityTokenReference) ? SecurityItemKind.SecurityTokenReference
        : child.Is(Xenc.ReferenceList) ? SecurityItemKind.ReferenceList
        : child.Is(Xenc.EncryptedData) ? SecurityItemKind.EncryptedData
        : child.Is(Ds.Signature) ? SecurityItemKind.Signature
        : child.Is(Wsse.SignatureConfirmation) ? SecurityItemKind.SignatureConfirmation
        : Fail.With<SecurityItemKind>(IsOtherVersion(child) ? FailureCode.VersionMismatch : FailureCode.UnknownSecurityElement);

    private static bool IsOtherVersion(XmlElement child) =>
        child.LocalName.SequenceEqual("DerivedKeyToken"u8) || child.LocalName.SequenceEqual("SecurityContextToken"u8);

    // WS-Security 1.1 section 4.1: wsu:Id where the schema has none of its own; XML Signature and Encryption bring theirs.
    private static XmlId? IdOf(SecurityItemKind kind, XmlElement child) => kind switch
    {
        SecurityItemKind.EncryptedData or SecurityItemKind.Signature => child.GetId(Attr.Id),
        SecurityItemKind.ReferenceList => null,
        _ => child.GetId(Wsu.Id),
    };

    private void RequireSingletons()
    {
        for (var i = 0; i < Items.Count; i++)
        {
            var item = Items[i];
            var isSingle = item.Token?.OccursOnce ?? item.Kind is SecurityItemKind.Timestamp or SecurityItemKind.ReferenceList;
            for (var j = 0; isSingle && j < i; j++)
            {
                if (Items[j].Kind == item.Kind && Items[j].Token == item.Token)
                {
                    Fail.With(FailureCode.DuplicateElement, item.Token?.ElementName ?? item.Kind.ToString());
                }
            }
        }
    }

    /// <summary>Ids of everything a signature or a reference list may point at: header blocks, their ciphertext, body, our children.</summary>
    private void RequireUniqueIds(SoapEnvelope envelope)
    {
        using var ids = new UniqueIdCheck((envelope.Headers.Count * 2) + Items.Count + 2);
        ids.Add(envelope.BodyId);
        var content = envelope.Body.FirstChild;
        if (!content.IsNull && content.Is(Xenc.EncryptedData))
        {
            ids.Add(content.GetId(Attr.Id));
        }

        foreach (var block in envelope.Headers)
        {
            ids.Add(block.Id);
            if (block.IsEncryptedHeader && !block.Element.FirstChild.IsNull)
            {
                ids.Add(block.Element.FirstChild.GetId(Attr.Id));
            }
        }

        foreach (var item in Items)
        {
            ids.Add(item.Id);
        }
    }
}
