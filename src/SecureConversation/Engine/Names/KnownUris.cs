using System.Text;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>
/// The URIs and namespaces that messages contain. A URI of each message has a cached string, which saves an allocation per attribute.
/// </summary>
internal static class KnownUris
{
    private static readonly string[] Texts = [.. All().Distinct()];
    private static readonly byte[][] Octets = [.. Texts.Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Namespaces = [.. Ns.All.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads the value of an attribute; null when it is absent.</summary>
    public static string? Get(XmlElement element, XmlName attribute)
    {
        if (!element.TryGetAttribute(attribute, out var value))
        {
            return null;
        }

        var utf8 = value.Value;
        return Find(Octets, utf8) is >= 0 and var known ? Texts[known] : Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Whether this is one of the URIs, as octets.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> utf8) => Find(Octets, utf8) >= 0;

    /// <summary>Whether this is a namespace of the specifications, or none.</summary>
    public static bool IsNamespace(ReadOnlySpan<byte> utf8) => utf8.IsEmpty || Find(Namespaces, utf8) >= 0;

    private static int Find(byte[][] table, ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < table.Length; i++)
        {
            if (utf8.SequenceEqual(table[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<string> All() =>
    [
        Uris.Base64Binary, Uris.HexBinary, Uris.EncryptedKey, Uris.EncryptedKeySha1, Uris.ThumbprintSha1, Uris.X509V3,
        Uris.X509SubjectKeyIdentifier, Uris.UsernameToken,
        Uris.SamlAssertionId, Uris.SamlId, Uris.Saml11TokenType, Uris.Saml20TokenType, Uris.EnvelopedSignature,
        Uris.StrTransform, Uris.ExcC14N, Uris.EncryptedContent, Uris.EncryptedElement,
        ProtocolVersion.February2005.SctTokenType, ProtocolVersion.V13.SctTokenType,
        ProtocolVersion.February2005.DkTokenType, ProtocolVersion.V13.DkTokenType,
        AlgorithmUris.MLKem768, AlgorithmUris.MLKem1024,
        .. Binding.SecurityAlgorithmSuite.Known.SelectMany(s => new[]
        {
            s.DefaultDigestAlgorithm, s.DefaultSymmetricSignatureAlgorithm, s.DefaultAsymmetricSignatureAlgorithm,
            s.DefaultEncryptionAlgorithm, s.DefaultAsymmetricKeyWrapAlgorithm, s.DefaultSymmetricKeyWrapAlgorithm,
            s.DefaultKeyAgreementAlgorithm,
        }).OfType<string>(),
    ];
}
