using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>Gives parts and keys of a verified message their public names.</summary>
internal sealed class ProtectionNames(OpenedMessage opened, MessageIntegrity signed, MessageShape shape,
    IReadOnlyList<(XmlId Id, DerivedKeyToken Token)> derivedKeys, byte[] encryptedKeySha1)
{
    private static readonly Dictionary<string, string> Prefixes = new()
    {
        [Ns.Soap11] = "s",
        [Ns.Soap12] = "s",
        [Ns.Wsa10] = "a",
        [Ns.WsaAugust2004] = "a",
        [Ns.Wsu] = "u",
        [Ns.Wsse] = "o",
        [Ns.Wsse11] = "k",
        [Ns.Ds] = "ds",
        [Ns.Xenc] = "e",
        [Ns.ScFebruary2005] = "c",
        [Ns.Sc13] = "c",
        ["http://schemas.xmlsoap.org/ws/2005/02/rm"] = "r",
        ["http://docs.oasis-open.org/ws-rx/wsrm/200702"] = "r",
    };

    /// <summary>The name of an element: prefix:name in the namespaces of message security, {namespace}name in all others.</summary>
    public static string Qualified(XmlElement element)
    {
        var ns = Encoding.UTF8.GetString(element.NamespaceUri);
        var name = Encoding.UTF8.GetString(element.LocalName);
        return Prefixes.TryGetValue(ns, out var prefix) ? $"{prefix}:{name}" : $"{{{ns}}}{name}";
    }

    /// <summary>Whether the primary key is made of a password.</summary>
    public bool HasUserNameKey { get; init; }

    public static ProtectionKey Rsa(RSAParameters key) =>
        new() { Kind = ProtectionKeyKind.Rsa, Name = Convert.ToBase64String(SHA1.HashData(key.Modulus!)) };

    public static ProtectionKey Certificate(X509Certificate2 certificate) =>
        new() { Kind = ProtectionKeyKind.Certificate, Name = Convert.ToBase64String(X509Facts.Of(certificate).Thumbprint) };

    /// <summary>
    /// The name of a signed part. If the part was encrypted before it was signed, the name is that of its ciphertext element.
    /// </summary>
    public string Part(XmlId id)
    {
        if (signed.Header.FindById(id) is { } item)
        {
            return Qualified(item.Element);
        }

        if (signed.Document.BodyId == id)
        {
            return Qualified(signed.Document.Body);
        }

        for (var i = 0; i < signed.Document.Headers.Count; i++)
        {
            if (signed.Document.Headers[i].Id == id)
            {
                return Qualified(signed.Document.Headers[i].Element);
            }
        }

        return $"#{id}";
    }

    public string Part(EncryptedPart part) => part.Location.Kind switch
    {
        PartKind.Body => Qualified(opened.Plain.Body),
        PartKind.HeaderBlock => Qualified(opened.Plain.Headers[part.Location.Position].Element),
        _ => Qualified(ReadPlain(part.Location.Position) ?? part.Data.Element),
    };

    public static string? IdOf(EncryptedPart part) =>
        (part.Data.Id ?? (part.Location.Kind == PartKind.HeaderBlock ? part.Replaced.GetId(Wsu.Id) : null))?.ToString();

    /// <summary>Whether a part was encrypted before it was signed.</summary>
    public bool IsCiphertext(XmlId id)
    {
        if (ReferenceEquals(signed.Document, opened.Plain))
        {
            return false;
        }

        return opened.Parts.All.Any(p => p.Location.Kind switch
        {
            PartKind.Body => signed.Document.BodyId == id,
            PartKind.HeaderBlock => signed.Document.Headers[p.Location.Position].Id == id,
            _ => signed.Header.Items[p.Location.Position].Id == id,
        });
    }

    public ProtectionKey Symmetric(KeyReference? reference)
    {
        foreach (var (id, token) in derivedKeys)
        {
            if (reference is { Kind: KeyReferenceKind.LocalId } && reference.LocalId == id)
            {
                return new ProtectionKey { Kind = ProtectionKeyKind.DerivedKey, Name = Convert.ToBase64String(token.Inputs.Nonce) };
            }
        }

        if (reference?.Kind == KeyReferenceKind.SecurityContext)
        {
            return new ProtectionKey { Kind = ProtectionKeyKind.SecurityContext, Name = reference.Uri, Instance = reference.Instance };
        }

        if (HasUserNameKey && reference is { Kind: KeyReferenceKind.LocalId } && !IsOfContextToken(reference))
        {
            return new ProtectionKey { Kind = ProtectionKeyKind.UserName, Name = reference.LocalId.ToString() };
        }

        // In a renewal there is an EncryptedKey beside the context, and all but the endorsement is under that.
        if (shape.ContextToken is { } context && (shape.EncryptedKey is null || IsOfContextToken(reference)))
        {
            return new ProtectionKey { Kind = ProtectionKeyKind.SecurityContext, Name = context.Identifier, Instance = context.Instance };
        }

        var sha1 = reference?.Kind == KeyReferenceKind.EncryptedKeySha1 ? reference.Value.Span : encryptedKeySha1;
        return new ProtectionKey { Kind = ProtectionKeyKind.EncryptedKey, Name = Convert.ToBase64String(sha1) };
    }

    private bool IsOfContextToken(KeyReference? reference) => reference is { Kind: KeyReferenceKind.LocalId }
        && shape.Header.FindById(reference.LocalId)?.Token == TokenKind.SecurityContext;

    private XmlElement? ReadPlain(int position)
    {
        if (!opened.IsEncrypted(MessagePart.SecurityItem(position)))
        {
            return null;
        }

        var child = opened.Plain.FindSecurity().FirstChild;
        for (var i = 0; i < position; i++)
        {
            child = child.NextSibling;
        }

        return child;
    }
}
