using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>The closed set of children that a security header may have.</summary>
internal enum SecurityItemKind
{
    Timestamp,
    EncryptedKey,
    DerivedKeyToken,
    SecurityContextToken,
    BinarySecurityToken,
    UsernameToken,
    SecurityTokenReference,
    ReferenceList,
    EncryptedData,
    Signature,
    SignatureConfirmation,
}

internal readonly record struct SecurityItem(SecurityItemKind Kind, XmlElement Element, XmlId? Id, int Position);

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

            var kind = KindOf(child, protocol);
            items.Add(new SecurityItem(kind, child, IdOf(kind, child), items.Count));
        }

        if (items.Count == 0 || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse:Security");
        }

        var header = new SecurityHeader(element, items);
        header.RequireAtMostOne(SecurityItemKind.Timestamp);
        header.RequireAtMostOne(SecurityItemKind.EncryptedKey);
        header.RequireAtMostOne(SecurityItemKind.SecurityContextToken);
        header.RequireAtMostOne(SecurityItemKind.ReferenceList);
        header.RequireUniqueIds(envelope);
        return header;
    }

    /// <summary>The only item of that kind, or null.</summary>
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

    private static SecurityItemKind KindOf(XmlElement child, ProtocolVersion protocol) =>
        child.Is(Wsu.Timestamp) ? SecurityItemKind.Timestamp
        : child.Is(Xenc.EncryptedKey) ? SecurityItemKind.EncryptedKey
        : child.Is(protocol.DerivedKeyToken) ? SecurityItemKind.DerivedKeyToken
        : child.Is(protocol.SecurityContextToken) ? SecurityItemKind.SecurityContextToken
        : child.Is(Wsse.BinarySecurityToken) ? SecurityItemKind.BinarySecurityToken
        : child.Is(Wsse.UsernameToken) ? SecurityItemKind.UsernameToken
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
        SecurityItemKind.EncryptedKey or SecurityItemKind.EncryptedData or SecurityItemKind.Signature => child.GetId(Attr.Id),
        SecurityItemKind.ReferenceList => null,
        _ => child.GetId(Wsu.Id),
    };

    private void RequireAtMostOne(SecurityItemKind kind)
    {
        var count = 0;
        foreach (var item in Items)
        {
            if (item.Kind == kind && ++count > 1)
            {
                Fail.With(FailureCode.DuplicateElement, kind.ToString());
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
