using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// What an EncryptedKey says of a key agreement by ECDH-ES and ConcatKDF. It is taken as it stands, also where a receiver would refuse it:
/// the reader of a report wants to see what is inside.
/// </summary>
internal sealed record WireAgreement(NamedCurve Curve, byte[] Point, byte[] Info, HashAlgorithmName Hash, int WrapKeyBytes)
{
    private const int MaxInfo = 1024;

    private static readonly XNamespace Xenc11 = Ns.Xenc11;
    private static readonly XNamespace Dsig11 = Ns.Dsig11;

    /// <summary>Reads it; null where the key was not agreed on, or in a way that is not known.</summary>
    public static WireAgreement? Read(XElement encryptedKey)
    {
        var method = encryptedKey.Element(WireNames.KeyInfo)?.Element(WireNames.Xenc + "AgreementMethod");
        var derivation = method?.Element(Xenc11 + "KeyDerivationMethod");
        var parameters = derivation?.Element(Xenc11 + "ConcatKDFParams");
        var key = method?.Element(WireNames.Xenc + "OriginatorKeyInfo")?.Element(WireNames.Ds + "KeyValue")?.Element(Dsig11 + "ECKeyValue");
        if (AlgorithmOf(method) != AlgorithmUris.EcdhEs || AlgorithmOf(derivation) != AlgorithmUris.ConcatKdf || parameters is null)
        {
            return null;
        }

        var hash = AlgorithmOf(parameters.Element(WireNames.DigestMethod)) switch
        {
            AlgorithmUris.Sha1 => HashAlgorithmName.SHA1,
            AlgorithmUris.Sha256 => HashAlgorithmName.SHA256,
            AlgorithmUris.Sha384 => HashAlgorithmName.SHA384,
            AlgorithmUris.Sha512 => HashAlgorithmName.SHA512,
            _ => default,
        };
        var length = AlgorithmOf(encryptedKey.Element(WireNames.EncryptionMethod)) switch
        {
            AlgorithmUris.KwAes128 => 16,
            AlgorithmUris.KwAes192 => 24,
            AlgorithmUris.KwAes256 => 32,
            _ => 0,
        };
        var curve = NamedCurve.Of(key?.Element(Dsig11 + "NamedCurve")?.Attribute("URI")?.Value);
        var point = WireNames.Base64(key?.Element(Dsig11 + "PublicKey")?.Value);
        string[] names = ["AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo"];
        var info = names.Select(name => Octets(parameters.Attribute(name)?.Value)).ToList();
        return curve is null || point is null || !curve.Has(point) || length == 0 || hash.Name is null || info.Contains(null) ? null
            : new WireAgreement(curve, point, [.. info.SelectMany(octets => octets!)], hash, length);
    }

    /// <summary>Unwraps a key; null where the private key is another one.</summary>
    public byte[]? Unwrap(ECDiffieHellman privateKey, X509Certificate2 certificate, byte[] wrapped)
    {
        if (NamedCurve.Of(certificate) != Curve || !AesKeyWrap.Fits(wrapped.Length - AesKeyWrap.Overhead) || wrapped.Length > 64)
        {
            return null;
        }

        try
        {
            using var sender = Curve.KeyOf(Point);
            using var publicKey = sender.PublicKey;
            var wrappingKey = new byte[WrapKeyBytes];
            ConcatKdf.Derive(Hash, privateKey.DeriveRawSecretAgreement(publicKey), Info, wrappingKey);
            var key = new byte[wrapped.Length - AesKeyWrap.Overhead];
            return AesKeyWrap.TryUnwrap(wrappingKey, wrapped, key) ? key : null;
        }
        catch (CryptographicException)
        {
            // Wrapped for somebody else.
            return null;
        }
    }

    private static string? AlgorithmOf(XElement? element) => element?.Attribute("Algorithm")?.Value;

    /// <summary>The octets behind the count of bits that are left over; empty where there is no such text, null where it is none.</summary>
    private static byte[]? Octets(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        return text.Length <= MaxInfo && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            && text.StartsWith("00", StringComparison.Ordinal)
            ? Convert.FromHexString(text)[1..]
            : null;
    }
}
