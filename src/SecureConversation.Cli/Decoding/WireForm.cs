using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>What protects a message.</summary>
internal enum WireProtection
{
    /// <summary>It cannot be told.</summary>
    Unknown,
    Transport,
    Asymmetric,
    EncryptedKey,
    SecurityContext,
    UserName,
    IssuedToken,
}

/// <summary>The facts of a secured message that a binding decides about, read from its decrypted tree.</summary>
internal sealed class WireForm
{
    public WireForm(WireMessage message)
    {
        Message = message;
        Items = [.. message.SecurityItems.Take(256)];
        Signatures = WireSignature.Of(message);
        var ids = Signatures.Select(s => WireNames.IdOf(s.Element)).OfType<string>().Select(id => "#" + id).ToHashSet();
        var direct = Signatures.Where(s => !s.References.All(r => ids.Contains(r.Attribute("URI")?.Value ?? "")
            || IsTokenReference(r))).ToList();
        Protection = ProtectionOf(direct.FirstOrDefault());
        Primary = Protection is WireProtection.Transport or WireProtection.Unknown ? null : direct.FirstOrDefault();
    }

    public WireMessage Message { get; }

    public IReadOnlyList<XElement> Items { get; }

    public IReadOnlyList<WireSignature> Signatures { get; }

    public WireProtection Protection { get; }

    /// <summary>The signature that protects the message; null where there is none, or none that can be read.</summary>
    public WireSignature? Primary { get; }

    public IEnumerable<WireSignature> Endorsing => Signatures.Where(s => s != Primary);

    public bool HasTimestamp => Items.Any(item => item.Name == WireNames.Timestamp);

    public bool HasDerivedKeys => Items.Any(WireNames.IsDerivedKey);

    public WireEncryption? BodyEncryption => Message.Encryptions.Find(e => e.Place == WirePlace.Body);

    /// <summary>Whether the signature came encrypted; null where no signature can be seen.</summary>
    public bool? IsSignatureEncrypted => Primary is { } primary ? WasEncrypted(primary.Element) : null;

    /// <summary>The level of the body; null where the signature cannot be read.</summary>
    public System.Net.Security.ProtectionLevel? BodyLevel =>
        Primary is null || Message.Body is not { } body ? null
        : BodyEncryption is not null ? System.Net.Security.ProtectionLevel.EncryptAndSign
        : Primary.Covers(body) ? System.Net.Security.ProtectionLevel.Sign : System.Net.Security.ProtectionLevel.None;

    public IEnumerable<string> Digests => Signatures.SelectMany(s => s.References)
        .Select(r => r.Element(WireNames.DigestMethod)?.Attribute("Algorithm")?.Value).OfType<string>();

    public XElement? EncryptedKey => Items.FirstOrDefault(item => item.Name == WireNames.EncryptedKey);

    public bool WasEncrypted(XElement element) => Message.Encryptions.Exists(e => e.Plain == element);

    public XElement? FindItem(string? id) => id is null ? null : Items.FirstOrDefault(item => WireNames.IdOf(item) == id);

    private bool IsTokenReference(XElement reference) => reference.Attribute("URI")?.Value is ['#', .. var id]
        && FindItem(id) is { } item && (item.Name == WireNames.BinarySecurityToken || WireNames.IsContextToken(item));

    private WireProtection ProtectionOf(WireSignature? primary)
    {
        var isOpaque = Message.Encryptions.Exists(e => e is { Place: WirePlace.SecurityItem, IsDecrypted: false });
        if (primary is null || !CoversMessage(primary))
        {
            return Message.Encryptions.Count > 0 || EncryptedKey is not null || isOpaque ? ByEncryption() : WireProtection.Transport;
        }

        if (primary.IsAsymmetric)
        {
            return WireProtection.Asymmetric;
        }

        // The key, or that which it is derived from.
        var token = FindItem(primary.TokenId);
        if (token is not null && WireNames.IsDerivedKey(token))
        {
            return token.Element(WireNames.Str) is { } source ? BySource(source) : WireProtection.Unknown;
        }

        return primary.KeyInfo is { } info ? BySource(info) : WireProtection.Unknown;
    }

    private WireProtection ByEncryption() => Message.Encryptions.Select(e => e.Source?.Kind).FirstOrDefault(kind => kind is not null) switch
    {
        WireKeyKind.SecurityContext => WireProtection.SecurityContext,
        // A key that cannot be unwrapped. One that lists itself what it encrypts is for that alone: certificates sign.
        _ when EncryptedKey is { } key && !HasDerivedKeys && key.Element(WireNames.ReferenceList) is not null => WireProtection.Asymmetric,
        _ => WireProtection.Unknown,
    };

    private WireProtection BySource(XElement reference)
    {
        if (FindItem(WireSignature.LocalReference(reference)) is { } item)
        {
            return item.Name == WireNames.EncryptedKey ? WireProtection.EncryptedKey
                : WireNames.IsContextToken(item) ? WireProtection.SecurityContext
                : item.Name == WireNames.UsernameToken ? WireProtection.UserName
                : item.Name.LocalName == "Assertion" ? WireProtection.IssuedToken
                : WireProtection.Unknown;
        }

        var type = reference.Descendants(WireNames.KeyIdentifier).FirstOrDefault()?.Attribute("ValueType")?.Value
            ?? reference.Descendants(WireNames.Reference).FirstOrDefault()?.Attribute("ValueType")?.Value;
        return type switch
        {
            Uris.EncryptedKeySha1 or Uris.EncryptedKey => WireProtection.EncryptedKey,
            Uris.SamlAssertionId or Uris.SamlId => WireProtection.IssuedToken,
            Uris.UsernameToken => WireProtection.UserName,
            Ns.ScFebruary2005 + "/sct" or Ns.Sc13 + "/sct" => WireProtection.SecurityContext,
            _ => !Message.IsRequest ? WireProtection.SecurityContext : WireProtection.Unknown,
        };
    }

    // Over a protected transport a signature covers the timestamp, its token and a:To.
    private bool CoversMessage(WireSignature signature) => EncryptedKey is not null
        || (Message.Body is { } body && signature.Covers(body))
        || (Message.Header?.Elements() ?? []).Any(block => block.Name.LocalName != "To" && block.Name != WireNames.Security
            && signature.Covers(block))
        || Items.Any(item => item.Name == WireNames.SignatureConfirmation && signature.Covers(item));

    /// <summary>How a KeyInfo names a certificate; null where the certificate is in the message, or nothing can be told.</summary>
    public static X509ReferenceStyle? StyleOf(XElement? keyInfo)
    {
        if (keyInfo is null)
        {
            return null;
        }

        var identifier = keyInfo.Descendants(WireNames.KeyIdentifier).FirstOrDefault();
        return identifier?.Attribute("ValueType")?.Value switch
        {
            Uris.ThumbprintSha1 => X509ReferenceStyle.Thumbprint,
            Uris.X509SubjectKeyIdentifier => X509ReferenceStyle.SubjectKeyIdentifier,
            Uris.X509V3 => X509ReferenceStyle.RawDataKeyIdentifier,
            _ => keyInfo.Descendants(WireNames.Ds + "X509IssuerSerial").Any() ? X509ReferenceStyle.IssuerSerial
                : keyInfo.Descendants(WireNames.Ds + "X509Certificate").Any() ? X509ReferenceStyle.RawDataKeyIdentifier
                : null,
        };
    }
}
