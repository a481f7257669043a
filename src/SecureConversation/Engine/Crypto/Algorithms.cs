using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>A digest of the algorithm suite.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Hash">The hash function.</param>
/// <param name="Size">Length of the digest in bytes.</param>
internal sealed record DigestAlgorithm(string Uri, HashAlgorithmName Hash, int Size)
{
    public static DigestAlgorithm Sha1 { get; } = new(AlgorithmUris.Sha1, HashAlgorithmName.SHA1, SHA1.HashSizeInBytes);
    public static DigestAlgorithm Sha256 { get; } = new(AlgorithmUris.Sha256, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);

    /// <summary>No suite has it; assertions of issuers may.</summary>
    public static DigestAlgorithm Sha384 { get; } = new(AlgorithmUris.Sha384, HashAlgorithmName.SHA384, SHA384.HashSizeInBytes);

    /// <inheritdoc cref="Sha384"/>
    public static DigestAlgorithm Sha512 { get; } = new(AlgorithmUris.Sha512, HashAlgorithmName.SHA512, SHA512.HashSizeInBytes);
}

/// <summary>A MAC of the algorithm suite; always HMAC in full length.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Hash">The hash function under the HMAC.</param>
/// <param name="Size">Length of the MAC in bytes.</param>
internal sealed record SymmetricSignatureAlgorithm(string Uri, HashAlgorithmName Hash, int Size)
{
    public static SymmetricSignatureAlgorithm HmacSha1 { get; } =
        new(AlgorithmUris.HmacSha1, HashAlgorithmName.SHA1, HMACSHA1.HashSizeInBytes);

    public static SymmetricSignatureAlgorithm HmacSha256 { get; } =
        new(AlgorithmUris.HmacSha256, HashAlgorithmName.SHA256, HMACSHA256.HashSizeInBytes);
}

/// <summary>A signature of the algorithm suite; always RSASSA-PKCS1-v1_5.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Hash">The hash function under the signature.</param>
internal sealed record AsymmetricSignatureAlgorithm(string Uri, HashAlgorithmName Hash)
{
    public static AsymmetricSignatureAlgorithm RsaSha1 { get; } = new(AlgorithmUris.RsaSha1, HashAlgorithmName.SHA1);
    public static AsymmetricSignatureAlgorithm RsaSha256 { get; } = new(AlgorithmUris.RsaSha256, HashAlgorithmName.SHA256);

    /// <summary>No suite has it; assertions of issuers may.</summary>
    public static AsymmetricSignatureAlgorithm RsaSha384 { get; } = new(AlgorithmUris.RsaSha384, HashAlgorithmName.SHA384);

    /// <inheritdoc cref="RsaSha384"/>
    public static AsymmetricSignatureAlgorithm RsaSha512 { get; } = new(AlgorithmUris.RsaSha512, HashAlgorithmName.SHA512);
}

/// <summary>A block cipher of the algorithm suite; always CBC with the padding of XML Encryption.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="KeyBits">Length of the key in bits; for 3DES with its parity bits.</param>
/// <param name="BlockBytes">Length of a block, and of the IV, in bytes.</param>
/// <param name="IsTripleDes">True for 3DES, false for AES.</param>
internal sealed record EncryptionAlgorithm(string Uri, int KeyBits, int BlockBytes, bool IsTripleDes)
{
    public static EncryptionAlgorithm Aes128 { get; } = new(AlgorithmUris.Aes128Cbc, 128, 16, IsTripleDes: false);
    public static EncryptionAlgorithm Aes192 { get; } = new(AlgorithmUris.Aes192Cbc, 192, 16, IsTripleDes: false);
    public static EncryptionAlgorithm Aes256 { get; } = new(AlgorithmUris.Aes256Cbc, 256, 16, IsTripleDes: false);
    public static EncryptionAlgorithm TripleDes { get; } = new(AlgorithmUris.TripleDesCbc, 192, 8, IsTripleDes: true);

    /// <summary>Length of the key in bytes.</summary>
    public int KeyBytes => KeyBits / 8;
}

/// <summary>The transport of a fresh key under the RSA key of a certificate.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Padding">The padding. The identifier fixes OAEP to SHA-1 and MGF1.</param>
internal sealed record KeyWrapAlgorithm(string Uri, RSAEncryptionPadding Padding)
{
    public static KeyWrapAlgorithm RsaOaep { get; } = new(AlgorithmUris.RsaOaepMgf1p, RSAEncryptionPadding.OaepSHA1);
    public static KeyWrapAlgorithm Rsa15 { get; } = new(AlgorithmUris.Rsa15, RSAEncryptionPadding.Pkcs1);
}

/// <summary>The identifiers of XML Signature, XML Encryption and RFC 4051 that the suites use.</summary>
internal static class AlgorithmUris
{
    public const string ExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";

    public const string Sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    public const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    public const string Sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    public const string Sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
    public const string HmacSha1 = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
    public const string HmacSha256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    public const string RsaSha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    public const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    public const string RsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
    public const string RsaSha512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";

    public const string Aes128Cbc = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    public const string Aes192Cbc = "http://www.w3.org/2001/04/xmlenc#aes192-cbc";
    public const string Aes256Cbc = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    public const string TripleDesCbc = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc";

    public const string KwAes128 = "http://www.w3.org/2001/04/xmlenc#kw-aes128";
    public const string KwAes192 = "http://www.w3.org/2001/04/xmlenc#kw-aes192";
    public const string KwAes256 = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
    public const string KwTripleDes = "http://www.w3.org/2001/04/xmlenc#kw-tripledes";

    public const string RsaOaepMgf1p = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    public const string Rsa15 = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
}
