using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Cli.Reports;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>The keys of signatures by their public names, as the message names them.</summary>
internal static class SignatureKeys
{
    /// <summary>The key that a signature names; null where nothing leads to one.</summary>
    public static KeyReport? Of(WireMessage message, WireSignature signature)
    {
        var token = message.SecurityItems.FirstOrDefault(i => WireNames.IdOf(i) is { } id && id == signature.TokenId);
        if (signature.IsAsymmetric)
        {
            return CertificateOf(token) ?? new KeyReport("Certificate", WireForm.StyleOf(signature.KeyInfo) is { } style
                ? $"named by {style}: {signature.KeyInfo!.Value.Trim()}" : "in a form that is not read");
        }

        if (message.Keys.TryGetValue(signature.TokenId ?? "", out var key))
        {
            var nonce = token is not null && WireNames.IsDerivedKey(token)
                ? token.Element(token.Name.Namespace + "Nonce")?.Value.Trim() : null;
            return key.IsDerived
                ? new KeyReport("DerivedKey", nonce ?? key.Key.Name, $"derived from the {Words(key.Key.Kind)} {key.Key.Name}")
                : new KeyReport(key.Key.Kind.ToString(), key.Key.Name);
        }

        var str = signature.KeyInfo?.Descendants(WireNames.Str).FirstOrDefault();
        return str is null ? null : str.Element(WireNames.Reference)?.Attribute("URI")?.Value is { } uri
            ? new KeyReport(uri.StartsWith('#') ? "Unknown" : "SecurityContext", uri)
            : str.Element(WireNames.KeyIdentifier) is { } identifier
                ? new KeyReport(identifier.Attribute("ValueType")?.Value == Uris.EncryptedKeySha1 ? "EncryptedKey" : "Unknown",
                    identifier.Value.Trim())
                : null;
    }

    private static KeyReport? CertificateOf(XElement? token)
    {
        if (token is null || token.Name != WireNames.BinarySecurityToken
            || WireNames.Base64(token.Value.Trim()) is not { Length: < 65536 } raw)
        {
            return null;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(raw);
            return new KeyReport("Certificate", Convert.ToBase64String(certificate.GetCertHash()), certificate.Subject);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public static string Words(WireKeyKind kind) => kind switch
    {
        WireKeyKind.EncryptedKey => "EncryptedKey",
        WireKeyKind.SecurityContext => "security context",
        WireKeyKind.UserName => "password",
        WireKeyKind.IssuedToken => "issued token",
        _ => "key",
    };
}
