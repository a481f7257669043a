using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// A curve that keys are agreed on: P-256 or P-384 (FIPS 186-4 appendix D.1.2), y² = x³ - 3x + b over a field of a prime. Each has cofactor
/// 1, so that every point on it, beside the one at infinity, is a public key.
/// </summary>
internal sealed class NamedCurve
{
    // SEC 1 section 2.3.3: the first octet of an uncompressed point.
    private const byte Uncompressed = 4;

    private readonly BigInteger _prime;
    private readonly BigInteger _b;

    private NamedCurve(string uri, ECCurve curve, int fieldBytes, BigInteger prime, string b)
    {
        (Uri, Curve, FieldBytes, _prime) = (uri, curve, fieldBytes, prime);
        _b = BigInteger.Parse("0" + b, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public static NamedCurve P256 { get; } = new("urn:oid:1.2.840.10045.3.1.7", ECCurve.NamedCurves.nistP256, 32,
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1,
        "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    public static NamedCurve P384 { get; } = new("urn:oid:1.3.132.0.34", ECCurve.NamedCurves.nistP384, 48,
        BigInteger.Pow(2, 384) - BigInteger.Pow(2, 128) - BigInteger.Pow(2, 96) + BigInteger.Pow(2, 32) - 1,
        "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF");

    /// <summary>The identifier in dsig11:NamedCurve.</summary>
    public string Uri { get; }

    /// <summary>The platform's curve.</summary>
    public ECCurve Curve { get; }

    /// <summary>Length in bytes of a coordinate.</summary>
    public int FieldBytes { get; }

    /// <summary>Length in bytes of an uncompressed point.</summary>
    public int PointBytes => 1 + (2 * FieldBytes);

    /// <summary>The curve of a certificate; null where it has another one, or describes it itself.</summary>
    public static NamedCurve? Of(X509Certificate2 certificate) => !EcdsaSignature.IsOfCurve(certificate) ? null
        : EcdsaSignature.FieldBits(certificate) switch { 256 => P256, 384 => P384, _ => null };

    /// <summary>The curve with an identifier; null for none of these.</summary>
    public static NamedCurve? Of(string? uri) => uri == P256.Uri ? P256 : uri == P384.Uri ? P384 : null;

    /// <summary>Whether octets are an uncompressed point on the curve.</summary>
    public bool Has(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointBytes || point[0] != Uncompressed)
        {
            return false;
        }

        var x = new BigInteger(point[1..(1 + FieldBytes)], isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point[(1 + FieldBytes)..], isUnsigned: true, isBigEndian: true);
        return x < _prime && y < _prime && ((y * y) - (x * x * x) + (3 * x) - _b) % _prime == 0;
    }

    /// <summary>
    /// Whether a private key belongs to a public one; of a key that does not show its public half, whether the lengths are the same.
    /// </summary>
    public static bool IsPair(ECAlgorithm privateKey, ECAlgorithm publicKey)
    {
        if (privateKey.KeySize != publicKey.KeySize)
        {
            return false;
        }

        try
        {
            var (own, other) = (privateKey.ExportParameters(includePrivateParameters: false).Q, publicKey.ExportParameters(false).Q);
            return own.X.AsSpan().SequenceEqual(other.X) && own.Y.AsSpan().SequenceEqual(other.Y);
        }
        catch (Exception e) when (!PrivateKeyFailure.IsOfTheProcess(e))
        {
            return true;
        }
    }

    /// <summary>The octets of a public key (SEC 1 section 2.3.3).</summary>
    public static byte[] PointOf(ECDiffieHellman key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return [Uncompressed, .. q.X!, .. q.Y!];
    }

    /// <summary>The public key of octets that <see cref="Has"/> accepts; the caller disposes of it.</summary>
    /// <exception cref="CryptographicException">The platform takes it for none.</exception>
    public ECDiffieHellman KeyOf(ReadOnlySpan<byte> point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = Curve,
        Q = new ECPoint { X = point[1..(1 + FieldBytes)].ToArray(), Y = point[(1 + FieldBytes)..].ToArray() },
    });
}
