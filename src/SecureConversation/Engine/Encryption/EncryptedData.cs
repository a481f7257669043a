using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Encryption;

/// <summary>
/// xenc:EncryptedData (XML Encryption 1.0 section 3.4).
/// <code>
/// e:EncryptedData [@Id] [@Type]                Type: #Content, or #Element when absent; others are refused
///   e:EncryptionMethod @Algorithm              required
///   ds:KeyInfo?                                absent where the EncryptedKey lists the data
///   e:CipherData / e:CipherValue               required; a CipherReference is refused
///   e:EncryptionProperties                     refused
/// </code>
/// @MimeType and @Encoding are ignored.
/// </summary>
internal sealed class EncryptedData
{
    private EncryptedData(
        XmlElement element,
        XmlId? id,
        bool isContent,
        string algorithm,
        KeyReference? key,
        XmlElement cipherValue)
    {
        Element = element;
        Id = id;
        IsContent = isContent;
        Algorithm = algorithm;
        Key = key;
        CipherValue = cipherValue;
    }

    public XmlElement Element { get; }
    public XmlId? Id { get; }

    /// <summary>Whether the content of an element was encrypted, and not the whole element.</summary>
    public bool IsContent { get; }

    public string Algorithm { get; }

    /// <summary>The reference to the key; null where the EncryptedKey lists this element.</summary>
    public KeyReference? Key { get; }

    public XmlElement CipherValue { get; }

    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static EncryptedData Read(XmlElement element, ProtocolVersion protocol)
    {
        var isContent = KnownUris.Get(element, Attr.Type) switch
        {
            Uris.EncryptedContent => true,
            Uris.EncryptedElement or null => false,
            _ => Fail.With<bool>(FailureCode.MalformedSecurityElement, "xenc:EncryptedData/@Type"),
        };
        var (algorithm, keyInfo, cipherValue, rest) = ReadEncryptedType(element);
        if (!rest.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc:EncryptedData");
        }

        var key = keyInfo.IsNull ? null : SecurityTokenReferenceReader.ReadKeyInfo(keyInfo, protocol);
        return new EncryptedData(element, element.GetId(Attr.Id), isContent, algorithm, key, cipherValue);
    }

    /// <summary>Reads the children that EncryptedData shares with EncryptedKey (XML Encryption section 3.1), and the next child.</summary>
    internal static (string Algorithm, XmlElement KeyInfo, XmlElement CipherValue, XmlElement Following) ReadEncryptedType(
        XmlElement element)
    {
        var method = element.FirstChild;
        if (method.IsNull || !method.Is(Xenc.EncryptionMethod) || KnownUris.Get(method, Attr.Algorithm) is not { } algorithm)
        {
            return Fail.With<(string, XmlElement, XmlElement, XmlElement)>(FailureCode.MalformedSecurityElement, "xenc:EncryptionMethod");
        }

        var child = method.NextSibling;
        XmlElement keyInfo = default;
        if (!child.IsNull && child.Is(Ds.KeyInfo))
        {
            keyInfo = child;
            child = child.NextSibling;
        }

        if (child.IsNull || !child.Is(Xenc.CipherData) || child.FirstChild.IsNull || !child.FirstChild.Is(Xenc.CipherValue)
            || !child.FirstChild.NextSibling.IsNull || !child.FirstChild.FirstChild.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "xenc:CipherData");
        }

        return (algorithm, keyInfo, child.FirstChild, child.NextSibling);
    }
}
