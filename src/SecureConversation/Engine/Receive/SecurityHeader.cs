using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
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
/// <param name="Kind">Which of the known children it is.</param>
/// <param name="Token">The kind of token; null when the child is no token.</param>
/// <param name="Element">The element.</param>
/// <param name="Id">The Id by which references name it.</param>
/// <param name="Position">Its index among the children.</param>
internal readonly record struct SecurityItem(SecurityItemKind Kind, TokenKind? Token, XmlElement Element, XmlId? Id, int Position);

/// <summary>
/// The children of wsse:Security in document order (WS-Security 1.1 section 5), read before any cryptography.
/// <code>
/// o:Security                                   required; exactly one for this receiver; at least one child, no text
///   u:Timestamp?
///   token*                                     the elements of TokenKind.All; an EncryptedKey or context token only once
///   o:SecurityTokenReference*
///   e:ReferenceList?
///   e:EncryptedData*
///   ds:Signature*
///   k:SignatureConfirmation*
/// </code>
/// Any order is read; <see cref="HeaderLayout"/> checks it. Other children, duplicate Ids, more than 48 children and more than 256 KiB
/// are refused.
/// </summary>
internal sealed class SecurityHeader
{
    private const int MaxItems = 48;

    // Tokens, certificates and signatures with 100 references take a fraction of it.
    private const int MaxBytes = 256 * 1024;

    private SecurityHeader(XmlElement element, List<SecurityItem> items)
    {
        Element = element;
        Items = items;
    }

    /// <summary>That of an envelope which has none.</summary>
    public static SecurityHeader Absent => new(default, []);

    /// <summary>The element; the null element where there is none.</summary>
    public XmlElement Element { get; }
    public List<SecurityItem> Items { get; }

    /// <summary>The wsu:Timestamp; null element when there is none.</summary>
    public XmlElement Timestamp => Single(SecurityItemKind.Timestamp)?.Element ?? default;

    /// <exception cref="SecurityFailureException">The header is missing or has another shape.</exception>
    public static SecurityHeader Read(SoapEnvelope envelope, MessageRequirements requirements)
    {
        var protocol = requirements.Protocol;
        var element = envelope.FindSecurity();
        if (element.IsNull)
        {
            return requirements.MayLackHeader
                ? Absent
                : Fail.With<SecurityHeader>(FailureCode.SecurityHeaderMissing);
        }

        if (element.End - element.Start > MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "wsse:Security", FailureText.Of(element.End - element.Start, "bytes"),
                FailureText.AtMost(MaxBytes));
        }

        // A message of a session has six.
        var items = new List<SecurityItem>(6);
        foreach (var child in element.Children)
        {
            if (items.Count == MaxItems)
            {
                Fail.With(FailureCode.LimitExceeded, "children of wsse:Security", expected: FailureText.AtMost(MaxItems));
            }

            var token = TokenKind.OfElement(child, protocol);
            var kind = token is null ? KindOf(child, protocol) : SecurityItemKind.Token;
            items.Add(new SecurityItem(kind, token, child, token is null ? IdOf(kind, child) : token.IdOf(child), items.Count));
        }

        if (items.Count == 0 || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse:Security");
        }

        var header = new SecurityHeader(element, items);
        header.RequireSingletons(requirements.HasTwoContexts);
        header.RequireUniqueIds(envelope);
        return header;
    }

    /// <summary>The names of its children, for the log.</summary>
    public string Describe() => string.Join(", ", Items.Select(i => i.Token?.ElementName ?? i.Kind.ToString()));

    /// <summary>The first token of the kind, or null.</summary>
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

    /// <summary>The second token of the kind, or null.</summary>
    public SecurityItem? Second(TokenKind kind)
    {
        var first = Single(kind);
        foreach (var item in Items)
        {
            if (item.Token == kind && item.Position != first?.Position)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>The first item of the kind, or null.</summary>
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

    /// <summary>The child with the Id, or null. Ids are unique in the message.</summary>
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

    private static SecurityItemKind KindOf(XmlElement child, ProtocolVersion protocol) =>
        child.Is(Wsu.Timestamp) ? SecurityItemKind.Timestamp
        : child.Is(Wsse.SecurityTokenReference) ? SecurityItemKind.SecurityTokenReference
        : child.Is(Xenc.ReferenceList) ? SecurityItemKind.ReferenceList
        : child.Is(Xenc.EncryptedData) ? SecurityItemKind.EncryptedData
        : child.Is(Ds.Signature) ? SecurityItemKind.Signature
        : child.Is(Wsse.SignatureConfirmation) ? SecurityItemKind.SignatureConfirmation
        : IsOtherVersion(child)
            ? Fail.With<SecurityItemKind>(FailureCode.VersionMismatch, "child of wsse:Security", child.Describe(),
                $"namespace {protocol.ScNamespace} (MessageSecurityVersion)")
        : Fail.With<SecurityItemKind>(FailureCode.UnknownSecurityElement, "child of wsse:Security", child.Describe());

    // Both elements have the same local name in either version of WS-SecureConversation.
    private static bool IsOtherVersion(XmlElement child) =>
        child.LocalName.SequenceEqual("DerivedKeyToken"u8) || child.LocalName.SequenceEqual("SecurityContextToken"u8);

    // WS-Security 1.1 section 4.1: an element uses wsu:Id unless its own schema defines an Id, as XML Signature and Encryption do.
    private static XmlId? IdOf(SecurityItemKind kind, XmlElement child) => kind switch
    {
        SecurityItemKind.EncryptedData or SecurityItemKind.Signature => child.GetId(Attr.Id),
        _ => child.GetId(Wsu.Id),
    };

    private void RequireSingletons(bool hasTwoContexts)
    {
        for (var i = 0; i < Items.Count; i++)
        {
            var item = Items[i];
            var isSingle = item.Token?.OccursOnce ?? item.Kind is SecurityItemKind.Timestamp or SecurityItemKind.ReferenceList;
            var more = hasTwoContexts && item.Token == TokenKind.SecurityContext ? 1 : 0;
            for (var j = 0; isSingle && j < i; j++)
            {
                if (Items[j].Kind == item.Kind && Items[j].Token == item.Token && --more < 0)
                {
                    Fail.With(FailureCode.DuplicateElement, item.Token?.ElementName ?? item.Kind.ToString());
                }
            }
        }
    }

    /// <summary>
    /// Refuses an Id that occurs twice among the elements that a signature or a reference list may name: the body, the header
    /// blocks, the ciphertext in them, and the children of this header.
    /// </summary>
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
