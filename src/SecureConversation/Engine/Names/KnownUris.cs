using System.Text;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>Returns a cached string for each URI that every message contains, which saves an allocation per attribute.</summary>
internal static class KnownUris
{
    private static readonly (byte[] Utf8, string Text)[] Table = [.. All().Distinct().Select(uri => (Encoding.UTF8.GetBytes(uri), uri))];

    private static readonly byte[][] Namespaces = [.. Ns.All.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads the value of an attribute; null when it is absent.</summary>
    public static string? Get(XmlElement element, XmlName attribute)
    {
        if (!element.TryGetAttribute(attribute, out var value))
        {
            return null;
        }

        var utf8 = value.Value;
        foreach (var (known, text) in Table)
        {
            if (known.Length == utf8.Length && utf8.SequenceEqual(known))
            {
                return text;
            }
        }

        return Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Whether this is one of the URIs, as octets.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> utf8)
    {
        foreach (var (known, _) in Table)
        {
            if (utf8.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this is a namespace of the specifications, or none.</summary>
    public static bool IsNamespace(ReadOnlySpan<byte> utf8)
    {
        foreach (var known in Namespaces)
        {
            if (utf8.SequenceEqual(known))
            {
                return true;
            }
        }

        return utf8.IsEmpty;
    }

    private static IEnumerable<string> All() =>
    [
        Uris.Base64Binary, Uris.HexBinary, Uris.EncryptedKey, Uris.EncryptedKeySha1, Uris.ThumbprintSha1, Uris.X509V3,
        Uris.X509SubjectKeyIdentifier,
        Uris.StrTransform, Uris.ExcC14N, Uris.EncryptedContent, Uris.EncryptedElement,
        ProtocolVersion.February2005.SctTokenType, ProtocolVersion.V13.SctTokenType,
        ProtocolVersion.February2005.DkTokenType, ProtocolVersion.V13.DkTokenType,
        .. Binding.SecurityAlgorithmSuite.All.SelectMany(s => new[]
        {
            s.DefaultDigestAlgorithm, s.DefaultSymmetricSignatureAlgorithm, s.DefaultAsymmetricSignatureAlgorithm,
            s.DefaultEncryptionAlgorithm, s.DefaultAsymmetricKeyWrapAlgorithm,
        }),
    ];
}
