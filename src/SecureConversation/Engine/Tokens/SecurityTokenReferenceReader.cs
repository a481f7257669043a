using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Reads references to keys in the forms that WCF, CXF, Metro and WSS4J write (WS-Security 1.1 section 7).
/// <code>
/// ds:KeyInfo                                   exactly one child, no text
///   o:SecurityTokenReference [@k:TokenType]    exactly one child, no text; @c:Nonce is refused
///     o:Reference @URI [@ValueType] [@c:Instance]   "#id", or the URI of a security context
///   | o:KeyIdentifier @ValueType [@EncodingType]  base64 when absent; hex is read too; the Id of an assertion as it is
///   | ds:X509Data
/// | ds:X509Data                                WCF's RawData style
///     ds:X509Certificate | ds:X509IssuerSerial   exactly one
/// | ds:KeyValue                                counts where the binding has an RSA token only
///     ds:RSAKeyValue
///       ds:Modulus, ds:Exponent
/// </code>
/// KeyName, RetrievalMethod and embedded tokens are refused: the binding says which keys count, not the sender.
/// </summary>
internal static class SecurityTokenReferenceReader
{
    private const int MaxIdentifierBytes = 64;
    private const int MaxAssertionId = 256;
    private const int MaxIssuerName = 4096;
    private const int MaxCertificateBytes = 16 * 1024;

    /// <summary>Reads a ds:KeyInfo.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static KeyReference ReadKeyInfo(XmlElement keyInfo, ProtocolVersion protocol)
    {
        var child = Only(keyInfo);
        return child.Is(Wsse.SecurityTokenReference) ? Read(child, protocol)
            : child.Is(Ds.X509Data) ? ReadX509Data(child)
            : child.Is(Ds.KeyValue) ? ReadKeyValue(child)
            : Fail.With<KeyReference>(FailureCode.MalformedSecurityElement, "ds:KeyInfo");
    }

    /// <summary>Reads an o:SecurityTokenReference.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static KeyReference Read(XmlElement reference, ProtocolVersion protocol)
    {
        // A wsc:Nonce here would imply a derived key (WS-SecureConversation 1.3 section 7.3), which no binding of WCF uses.
        if (reference.GetAttribute(protocol.Nonce) is not null)
        {
            Fail.With(FailureCode.DerivedKeyViolation, "implied derived key");
        }

        var child = Only(reference);
        return child.Is(Wsse.Reference) ? ReadReference(child, protocol)
            : child.Is(Wsse.KeyIdentifier) ? ReadKeyIdentifier(child)
            : child.Is(Ds.X509Data) ? ReadX509Data(child)
            : Fail.With<KeyReference>(FailureCode.MalformedSecurityElement, "wsse:SecurityTokenReference");
    }

    private static KeyReference ReadReference(XmlElement element, ProtocolVersion protocol)
    {
        if (XmlId.OfReference(element, Attr.Uri) is { } id)
        {
            return new KeyReference(KeyReferenceKind.LocalId) { LocalId = id };
        }

        var uri = element.GetAttribute(Attr.Uri) ?? Fail.With<string>(FailureCode.MalformedSecurityElement, "wsse:Reference");
        var valueType = KnownUris.Get(element, Attr.ValueType);
        if (uri is "" or ['#', ..] || (valueType is not null && valueType != protocol.SctTokenType))
        {
            Fail.With(FailureCode.UnresolvedReference, "wsse:Reference");
        }

        return new KeyReference(KeyReferenceKind.SecurityContext) { Uri = uri, Instance = element.GetAttribute(protocol.Instance) };
    }

    private static KeyReference ReadKeyIdentifier(XmlElement element)
    {
        var valueType = KnownUris.Get(element, Attr.ValueType);
        if (valueType is Uris.SamlAssertionId or Uris.SamlId)
        {
            // SAML token profile 1.1 section 3.4.1: no EncodingType. It is compared with an attribute, which is no less than its text.
            var id = element.GetAttribute(Attr.EncodingType) is null ? ElementValue.Text(element, MaxAssertionId)
                : Fail.With<string>(FailureCode.MalformedSecurityElement, "wsse:KeyIdentifier/@EncodingType");
            return new KeyReference(KeyReferenceKind.Assertion) { LocalId = new XmlId(System.Text.Encoding.UTF8.GetBytes(id)) };
        }

        var kind = valueType switch
        {
            Uris.ThumbprintSha1 => KeyReferenceKind.Thumbprint,
            Uris.X509SubjectKeyIdentifier => KeyReferenceKind.SubjectKeyIdentifier,
            Uris.EncryptedKeySha1 => KeyReferenceKind.EncryptedKeySha1,
            _ => Fail.With<KeyReferenceKind>(FailureCode.MalformedSecurityElement, "wsse:KeyIdentifier/@ValueType"),
        };
        var value = KnownUris.Get(element, Attr.EncodingType) switch
        {
            null or Uris.Base64Binary => ElementValue.Base64(element, MaxIdentifierBytes),
            Uris.HexBinary => ElementValue.Hex(element, MaxIdentifierBytes),
            _ => Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "wsse:KeyIdentifier/@EncodingType"),
        };
        return new KeyReference(kind) { Value = value };
    }

    private static KeyReference ReadKeyValue(XmlElement element)
    {
        var key = RsaKeyValue.Read(element).Parameters;
        return new KeyReference(KeyReferenceKind.KeyValue) { Value = key.Modulus, Exponent = key.Exponent };
    }

    private static KeyReference ReadX509Data(XmlElement element) => ReadX509DataChild(Only(element));

    /// <summary>Reads a ds:X509Certificate or ds:X509IssuerSerial.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static KeyReference ReadX509DataChild(XmlElement child)
    {
        if (child.Is(Ds.X509Certificate))
        {
            return new KeyReference(KeyReferenceKind.RawData) { Value = ElementValue.Base64(child, MaxCertificateBytes) };
        }

        var issuer = child.FirstChild;
        var serial = issuer.IsNull ? default : issuer.NextSibling;
        if (!child.Is(Ds.X509IssuerSerial) || issuer.IsNull || !issuer.Is(Ds.X509IssuerName)
            || serial.IsNull || !serial.Is(Ds.X509SerialNumber) || !serial.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "ds:X509Data");
        }

        return new KeyReference(KeyReferenceKind.IssuerSerial)
        {
            IssuerName = ElementValue.Text(issuer, MaxIssuerName),
            Value = X509Facts.ParseSerialNumber(serial.GetText().Trim())
                ?? Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "ds:X509SerialNumber"),
        };
    }

    private static XmlElement Only(XmlElement parent)
    {
        var child = parent.FirstChild;
        if (child.IsNull || !child.NextSibling.IsNull || parent.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "one child expected");
        }

        return child;
    }
}
