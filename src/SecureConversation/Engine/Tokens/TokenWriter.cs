using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Writes tokens and references to them. Each is in canonical form on its own, so the bytes that are digested are sent, and
/// an element can be moved or encrypted without regard to its surroundings.
/// </summary>
internal static class TokenWriter
{
    /// <summary>Writes a certificate (WS-Security 1.1 section 6.3).</summary>
    public static void BinarySecurityToken(PooledBytes output, string id, X509Certificate2 certificate, bool bsp)
    {
        output.Write("<o:BinarySecurityToken xmlns:o=\""u8);
        output.WriteText(Ns.Wsse);
        output.Write("\" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\""u8);
        if (bsp)
        {
            Attribute(output, "EncodingType", Uris.Base64Binary);
        }

        Attribute(output, "ValueType", Uris.X509V3);
        Attribute(output, "u:Id", id);
        output.Write(">"u8);
        output.WriteText(X509Facts.Of(certificate).Base64);
        output.Write("</o:BinarySecurityToken>"u8);
    }

    /// <summary>
    /// Writes a derived key token. WCF leaves Offset and Length out for the default length of 32 octets; the streaming reader of WSS4J
    /// finds no key without Length.
    /// </summary>
    public static void DerivedKeyToken(
        PooledBytes output,
        string id,
        Action<PooledBytes> source,
        int length,
        ReadOnlySpan<byte> nonce,
        ProtocolVersion protocol,
        KeyDerivationAlgorithm derivation)
    {
        StartDerivedKeyToken(output, id, protocol, derivation);
        source(output);
        EndDerivedKeyToken(output, length, nonce, protocol);
    }

    /// <summary>
    /// Writes the start tag of a derived key token; the reference to its source follows. WCF leaves Algorithm out for P_SHA1.
    /// </summary>
    public static void StartDerivedKeyToken(PooledBytes output, string id, ProtocolVersion protocol, KeyDerivationAlgorithm derivation)
    {
        Start(output, protocol, "DerivedKeyToken");
        output.Write(" xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" u:Id=\""u8);
        output.WriteAttribute(id);
        if (derivation != KeyDerivationAlgorithm.PSha1)
        {
            output.Write("\" Algorithm=\""u8);
            output.WriteAttribute(protocol.DerivationUri(derivation.Name));
        }

        output.Write("\">"u8);
    }

    /// <summary>Writes what follows the reference in a derived key token.</summary>
    public static void EndDerivedKeyToken(PooledBytes output, int length, ReadOnlySpan<byte> nonce, ProtocolVersion protocol)
    {
        Simple(output, protocol, "Offset", "0");
        Simple(output, protocol, "Length", length.ToString(CultureInfo.InvariantCulture));
        Open(output, protocol, "Nonce");
        output.WriteBase64(nonce);
        Close(output, protocol, "Nonce");
        Close(output, protocol, "DerivedKeyToken");
    }

    /// <summary>Writes a reference to a token in this header.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="id">The Id of the token.</param>
    /// <param name="valueType">The ValueType, which only the Basic Security Profile asks for; null to write none.</param>
    /// <param name="tokenType">The TokenType, which only that profile asks for; null to write none.</param>
    public static void LocalReference(PooledBytes output, string id, string? valueType, string? tokenType = null)
    {
        StartReference(output, tokenType);
        output.Write("<o:Reference URI=\"#"u8);
        output.WriteAttribute(id);
        output.Write("\""u8);
        if (valueType is not null)
        {
            Attribute(output, "ValueType", valueType);
        }

        output.Write("></o:Reference></o:SecurityTokenReference>"u8);
    }

    /// <summary>Writes a reference to a security context that is not in this message (WS-SecureConversation 1.3 section 8).</summary>
    public static void ContextReference(PooledBytes output, string identifier, string? instance, ProtocolVersion protocol)
    {
        StartReference(output, null);
        output.Write("<o:Reference"u8);
        if (instance is not null)
        {
            output.Write(" xmlns:"u8);
            output.WriteText(protocol.ScPrefix);
            output.Write("=\""u8);
            output.WriteText(protocol.ScNamespace);
            output.Write("\""u8);
        }

        Attribute(output, "URI", identifier);
        Attribute(output, "ValueType", protocol.SctTokenType);
        if (instance is not null)
        {
            Attribute(output, protocol.ScPrefix + ":Instance", instance);
        }

        output.Write("></o:Reference></o:SecurityTokenReference>"u8);
    }

    /// <summary>Writes a reference to the encrypted key of the request (WS-Security 1.1 section 7.3).</summary>
    public static void EncryptedKeySha1Reference(PooledBytes output, ReadOnlySpan<byte> sha1, bool bsp)
    {
        // WCF writes this TokenType whether or not the binding follows the Basic Security Profile.
        StartReference(output, Uris.EncryptedKey);
        KeyIdentifier(output, Uris.EncryptedKeySha1, sha1, bsp);
        output.Write("</o:SecurityTokenReference>"u8);
    }

    /// <summary>Writes a reference to an assertion (SAML token profile 1.1 section 3.4), in this message or another.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="id">AssertionID or ID.</param>
    /// <param name="isSaml20">Whether it is of SAML 2.0.</param>
    /// <param name="wss11">Whether to write the TokenType, which WS-Security 1.0 does not know.</param>
    public static void AssertionReference(PooledBytes output, string id, bool isSaml20, bool wss11)
    {
        StartReference(output, !wss11 ? null : isSaml20 ? Uris.Saml20TokenType : Uris.Saml11TokenType);
        output.Write("<o:KeyIdentifier"u8);
        Attribute(output, "ValueType", isSaml20 ? Uris.SamlId : Uris.SamlAssertionId);
        output.Write(">"u8);
        output.WriteEscaped(id);
        output.Write("</o:KeyIdentifier></o:SecurityTokenReference>"u8);
    }

    /// <summary>Writes the content of a KeyInfo that names a certificate outside the message.</summary>
    /// <exception cref="InvalidOperationException">The binding asks for a subject key identifier, which the certificate lacks.</exception>
    public static void CertificateReference(
        PooledBytes output,
        X509Certificate2 certificate,
        X509ReferenceStyle style,
        bool wss11,
        bool bsp)
    {
        var facts = X509Facts.Of(certificate);
        switch (style)
        {
            case X509ReferenceStyle.RawDataKeyIdentifier:
                output.Write("<X509Data xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Certificate>"u8);
                output.WriteText(facts.Base64);
                output.Write("</X509Certificate></X509Data>"u8);
                return;
            case X509ReferenceStyle.SubjectKeyIdentifier when facts.SubjectKeyIdentifier.Length == 0:
                throw new InvalidOperationException(
                    $"The certificate '{certificate.Subject}' has no subject key identifier; "
                    + "set X509ReferenceStyle to Thumbprint or IssuerSerial.");
        }

        StartReference(output, null);
        switch (style)
        {
            case X509ReferenceStyle.Thumbprint when wss11:
                KeyIdentifier(output, Uris.ThumbprintSha1, facts.Thumbprint, bsp);
                break;
            case X509ReferenceStyle.SubjectKeyIdentifier or X509ReferenceStyle.Any when facts.SubjectKeyIdentifier.Length > 0:
                KeyIdentifier(output, Uris.X509SubjectKeyIdentifier, facts.SubjectKeyIdentifier, bsp);
                break;
            default:
                output.Write("<X509Data xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509IssuerSerial><X509IssuerName>"u8);
                output.WriteEscaped(certificate.Issuer);
                output.Write("</X509IssuerName><X509SerialNumber>"u8);
                output.WriteText(facts.SerialNumberDecimal);
                output.Write("</X509SerialNumber></X509IssuerSerial></X509Data>"u8);
                break;
        }

        output.Write("</o:SecurityTokenReference>"u8);
    }

    /// <summary>Writes a security context token (WS-SecureConversation 1.3 section 2).</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="id">Its wsu:Id.</param>
    /// <param name="identifier">The identifier of the context.</param>
    /// <param name="instance">The instance of the key of a renewed context; null before a renewal.</param>
    /// <param name="cookie">The state of the session, encrypted; empty where the service keeps it.</param>
    /// <param name="protocol">The version of WS-SecureConversation.</param>
    public static void SecurityContextToken(
        PooledBytes output, string id, string identifier, string? instance, ReadOnlySpan<byte> cookie, ProtocolVersion protocol)
    {
        Start(output, protocol, "SecurityContextToken");
        output.Write(" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\""u8);
        Attribute(output, "u:Id", id);
        output.Write(">"u8);
        Simple(output, protocol, "Identifier", identifier);
        if (instance is not null)
        {
            Simple(output, protocol, "Instance", instance);
        }

        if (!cookie.IsEmpty)
        {
            output.Write("<dnse:Cookie xmlns:dnse=\""u8);
            output.WriteText(Ns.DotNetSecurity);
            output.Write("\">"u8);
            output.WriteBase64(cookie);
            output.Write("</dnse:Cookie>"u8);
        }

        Close(output, protocol, "SecurityContextToken");
    }

    /// <summary>Writes an attribute with a space before it, and escapes the value.</summary>
    public static void Attribute(PooledBytes output, string name, string value)
    {
        output.Write(" "u8);
        output.WriteText(name);
        output.Write("=\""u8);
        output.WriteAttribute(value);
        output.Write("\""u8);
    }

    private static void StartReference(PooledBytes output, string? tokenType)
    {
        output.Write("<o:SecurityTokenReference"u8);
        if (tokenType is not null)
        {
            output.Write(" xmlns:k=\""u8);
            output.WriteText(Ns.Wsse11);
            output.Write("\""u8);
        }

        output.Write(" xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\""u8);
        if (tokenType is not null)
        {
            Attribute(output, "k:TokenType", tokenType);
        }

        output.Write(">"u8);
    }

    private static void KeyIdentifier(PooledBytes output, string valueType, ReadOnlySpan<byte> value, bool bsp)
    {
        output.Write("<o:KeyIdentifier"u8);
        if (bsp)
        {
            Attribute(output, "EncodingType", Uris.Base64Binary);
        }

        Attribute(output, "ValueType", valueType);
        output.Write(">"u8);
        output.WriteBase64(value);
        output.Write("</o:KeyIdentifier>"u8);
    }

    private static void Simple(PooledBytes output, ProtocolVersion protocol, string name, string value)
    {
        Open(output, protocol, name);
        output.WriteEscaped(value);
        Close(output, protocol, name);
    }

    private static void Start(PooledBytes output, ProtocolVersion protocol, string name)
    {
        output.Write("<"u8);
        output.WriteText(protocol.ScPrefix);
        output.Write(":"u8);
        output.WriteText(name);
        output.Write(" xmlns:"u8);
        output.WriteText(protocol.ScPrefix);
        output.Write("=\""u8);
        output.WriteText(protocol.ScNamespace);
        output.Write("\""u8);
    }

    private static void Open(PooledBytes output, ProtocolVersion protocol, string name)
    {
        output.Write("<"u8);
        output.WriteText(protocol.ScPrefix);
        output.Write(":"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }

    private static void Close(PooledBytes output, ProtocolVersion protocol, string name)
    {
        output.Write("</"u8);
        output.WriteText(protocol.ScPrefix);
        output.Write(":"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }
}
