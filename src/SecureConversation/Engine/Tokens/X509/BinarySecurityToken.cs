using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsse:BinarySecurityToken that holds one X.509 v3 certificate (X.509 token profile 1.1 section 3.1).
/// <code>
/// o:BinarySecurityToken [@u:Id]
///   @ValueType                                 required: #X509v3, others are refused
///   @EncodingType?                             base64 when absent; hex is read too
///   text                                       required: one certificate, at most 16 KiB
/// </code>
/// </summary>
internal static class BinarySecurityToken
{
    private const int MaxCertificateBytes = 16 * 1024;

    /// <exception cref="SecurityFailureException">The element has another shape, or holds no certificate.</exception>
    public static X509Certificate2 Read(XmlElement element) => ReadCertificate(ReadRaw(element));

    /// <summary>Reads the octets of the certificate, which may be none.</summary>
    /// <exception cref="SecurityFailureException">The element has another shape.</exception>
    public static byte[] ReadRaw(XmlElement element)
    {
        if (KnownUris.Get(element, Attr.ValueType) != Uris.X509V3)
        {
            Fail.With(FailureCode.UnknownSecurityElement, "wsse:BinarySecurityToken/@ValueType");
        }

        // A missing EncodingType means base64 (WS-Security 1.1 section 6.3).
        return KnownUris.Get(element, Attr.EncodingType) switch
        {
            null or Uris.Base64Binary => ElementValue.Base64(element, MaxCertificateBytes),
            Uris.HexBinary => ElementValue.Hex(element, MaxCertificateBytes),
            _ => Fail.With<byte[]>(FailureCode.MalformedSecurityElement, "wsse:BinarySecurityToken/@EncodingType"),
        };
    }

    /// <summary>Reads the octets of a certificate.</summary>
    /// <exception cref="SecurityFailureException">The octets are no certificate, or its serial number is too long.</exception>
    public static X509Certificate2 ReadCertificate(ReadOnlySpan<byte> raw)
    {
        if (KnownCertificates.Find(raw) is { } known)
        {
            return known;
        }

        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(raw);
        }
        catch (CryptographicException)
        {
            return Fail.With<X509Certificate2>(FailureCode.MalformedSecurityElement, "X.509 certificate");
        }

        if (X509Facts.HasLongSerialNumber(certificate))
        {
            certificate.Dispose();
            Fail.With(FailureCode.MalformedSecurityElement, "X.509 serial number");
        }

        return certificate;
    }
}
