using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Tokens;

/// <summary>The properties of a certificate that references name it by, computed once per certificate object.</summary>
internal sealed class X509Facts
{
    // RFC 5280 section 4.1.2.2 allows 20, and authorities exist that give more. Converting a number costs the square of its length.
    private const int MaxSerialBytes = 64;
    private const int MaxSerialDigits = 155;

    private static readonly ConditionalWeakTable<X509Certificate2, X509Facts> Cache = [];

    private readonly X509Certificate2? _lasting;
    private RSA? _publicKey;
    private ECDsa? _curveKey;
    private ECDiffieHellman? _agreementKey;
    private MLKem? _encapsulationKey;
    private int _exponentLength;
    private ClaimsPrincipal? _holder;

    private X509Facts(X509Certificate2 certificate, bool isLasting)
    {
        _lasting = isLasting ? certificate : null;
        Raw = certificate.RawData;

        // ThumbprintSHA1 is SHA-1 by definition (WS-Security X.509 token profile 1.1 section 3.2.1).
        Thumbprint = SHA1.HashData(Raw);
        SubjectKeyIdentifier = ReadSubjectKeyIdentifier(certificate);
        KnownKeyIdentifier = SubjectKeyIdentifier is { Length: > 0 } own ? own
            : new X509SubjectKeyIdentifierExtension(
                certificate.PublicKey, X509SubjectKeyIdentifierHashAlgorithm.Sha1, critical: false).SubjectKeyIdentifierBytes.ToArray();
        SerialNumber = certificate.SerialNumberBytes.Span.TrimStart((byte)0).ToArray();
    }

    /// <summary>The octets of the certificate, which nobody changes.</summary>
    public byte[] Raw { get; }

    /// <summary>The RSA key, which is kept; null where the key is of another kind. Only of a certificate that lasts.</summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    public RSA? PublicKey
    {
        get
        {
            if (Volatile.Read(ref _publicKey) is not { } key && (key = _lasting!.GetRSAPublicKey()) is not null
                && Interlocked.CompareExchange(ref _publicKey, key, null) is { } first)
            {
                key.Dispose();
                return first;
            }

            return key;
        }
    }

    /// <summary>The key on an elliptic curve, which is kept; null for one of another kind. Only of a certificate that lasts.</summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    public ECDsa? CurveKey
    {
        get
        {
            if (Volatile.Read(ref _curveKey) is not { } key && (key = _lasting!.GetECDsaPublicKey()) is not null
                && Interlocked.CompareExchange(ref _curveKey, key, null) is { } first)
            {
                key.Dispose();
                return first;
            }

            return key;
        }
    }

    /// <summary>
    /// The key on an elliptic curve as one that keys are agreed on with, which is kept; null for one of another kind, and where the key
    /// usage of the certificate does not allow it (RFC 5280 section 4.2.1.3, keyAgreement). Only of a certificate that lasts.
    /// </summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    public ECDiffieHellman? AgreementKey
    {
        get
        {
            if (Volatile.Read(ref _agreementKey) is not { } key && (key = _lasting!.GetECDiffieHellmanPublicKey()) is not null
                && Interlocked.CompareExchange(ref _agreementKey, key, null) is { } first)
            {
                key.Dispose();
                return first;
            }

            return key;
        }
    }

    /// <summary>The ML-KEM key, which is kept; null for one of another kind. Only of a certificate that lasts.</summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform has no ML-KEM.</exception>
    public MLKem? EncapsulationKey
    {
        get
        {
            if (Volatile.Read(ref _encapsulationKey) is not { } key
                && (key = MLKemParameters.Of(_lasting!)?.KeyOf(_lasting!)) is not null
                && Interlocked.CompareExchange(ref _encapsulationKey, key, null) is { } first)
            {
                key.Dispose();
                return first;
            }

            return key;
        }
    }

    /// <summary>Makes the key now, which otherwise the first message that needs it does.</summary>
    public void MakeKey()
    {
        try
        {
            _ = PublicKey is null ? 0 : ExponentLength;
        }
        catch (CryptographicException)
        {
            // Whoever needs it refuses it.
        }
    }

    /// <summary>How many octets the exponent of <see cref="PublicKey"/> has.</summary>
    public int ExponentLength => _exponentLength != 0 ? _exponentLength : _exponentLength = CertificateKey.ReadExponentLength(_lasting!);

    /// <summary>The identity of the holder, which nobody gets and nobody changes. Only of a certificate that lasts.</summary>
    public ClaimsPrincipal Holder => LazyInitializer.EnsureInitialized(ref _holder, () => ClientIdentity.Read(_lasting!));

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
    public string Base64 => field ??= Convert.ToBase64String(Raw);

    /// <summary>The facts of a certificate, from the cache if they are known.</summary>
    public static X509Facts Of(X509Certificate2 certificate) =>
        Cache.GetValue(certificate, static c => new X509Facts(c, isLasting: false));

    /// <summary>
    /// The facts of a certificate that lasts: one of the own configuration, or one that is known. With them its public key is kept.
    /// </summary>
    public static X509Facts OfLasting(X509Certificate2 certificate)
    {
        if (OfKnown(certificate) is { } known)
        {
            return known;
        }

        var facts = new X509Facts(certificate, isLasting: true);
        Cache.AddOrUpdate(certificate, facts);
        return facts;
    }

    /// <summary>The facts of a certificate that lasts; null for others.</summary>
    public static X509Facts? OfKnown(X509Certificate2 certificate) =>
        Cache.TryGetValue(certificate, out var facts) && facts._lasting is not null ? facts : null;

    /// <summary>The octets of a certificate, to be kept and not to be changed: one array for all that is kept of a known one.</summary>
    [return: NotNullIfNotNull(nameof(certificate))]
    public static byte[]? OctetsOf(X509Certificate2? certificate) =>
        certificate is null ? null : OfKnown(certificate)?.Raw ?? certificate.RawData;

    /// <summary>Gives the facts of a known certificate to another object for the same certificate.</summary>
    public static void Share(X509Certificate2 copy, X509Facts facts) => Cache.AddOrUpdate(copy, facts);

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
