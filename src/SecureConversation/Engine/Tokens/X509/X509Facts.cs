using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>The properties of a certificate that references name it by, computed once per certificate object.</summary>
internal sealed class X509Facts
{
    // RFC 5280 section 4.1.2.2 allows 20, and authorities exist that give more. Converting a number costs the square of its length.
    private const int MaxSerialBytes = 64;
    private const int MaxSerialDigits = 155;

    private static readonly ConditionalWeakTable<X509Certificate2, X509Facts> Cache = [];

    private X509Facts(X509Certificate2 certificate)
    {
        // ThumbprintSHA1 is SHA-1 by definition (WS-Security X.509 token profile 1.1 section 3.2.1).
        Thumbprint = SHA1.HashData(certificate.RawDataMemory.Span);
        SubjectKeyIdentifier = ReadSubjectKeyIdentifier(certificate);
        KnownKeyIdentifier = SubjectKeyIdentifier is { Length: > 0 } own ? own
            : new X509SubjectKeyIdentifierExtension(
                certificate.PublicKey, X509SubjectKeyIdentifierHashAlgorithm.Sha1, critical: false).SubjectKeyIdentifierBytes.ToArray();
        SerialNumber = certificate.SerialNumberBytes.Span.TrimStart((byte)0).ToArray();
        Base64 = Convert.ToBase64String(certificate.RawDataMemory.Span);
    }

    /// <summary>SHA-1 of the certificate.</summary>
    public byte[] Thumbprint { get; }

    /// <summary>The subject key identifier; empty when the certificate has no such extension, or a malformed one.</summary>
    public byte[] SubjectKeyIdentifier { get; }

    /// <summary>
    /// What others call the key by: the subject key identifier, and for a certificate without one that of RFC 5280 section 4.2.1.2 (1).
    /// </summary>
    public byte[] KnownKeyIdentifier { get; }

    /// <summary>The serial number, big-endian and without leading zeros.</summary>
    public byte[] SerialNumber { get; }

    /// <summary>The serial number as ds:X509SerialNumber holds it.</summary>
    public string SerialNumberDecimal =>
        field ??= new BigInteger(SerialNumber, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    /// <summary>The certificate in base64.</summary>
    public string Base64 { get; }

    /// <summary>The facts of a certificate, from the cache if they are known.</summary>
    public static X509Facts Of(X509Certificate2 certificate) => Cache.GetValue(certificate, static c => new X509Facts(c));

    /// <summary>
    /// Reads the decimal text of <c>ds:X509SerialNumber</c> as <see cref="SerialNumber"/>; null when the text is no such number. Some
    /// authorities give negative numbers, and Java writes them so.
    /// </summary>
    public static byte[]? ParseSerialNumber(string text) =>
        text.Length is > 0 and <= MaxSerialDigits
        && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number.ToByteArray(isUnsigned: number.Sign >= 0, isBigEndian: true).AsSpan().TrimStart((byte)0).ToArray()
            : null;

    private static byte[] ReadSubjectKeyIdentifier(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()
                ?.SubjectKeyIdentifierBytes.ToArray() ?? [];
        }
        catch (CryptographicException)
        {
            // Anybody can send a certificate with a malformed extension. It counts as one without.
            return [];
        }
    }

    /// <summary>Whether the serial number has more octets than are read.</summary>
    public static bool HasLongSerialNumber(X509Certificate2 certificate) =>
        certificate.SerialNumberBytes.Span.TrimStart((byte)0).Length > MaxSerialBytes;
}
