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

    public static DigestAlgorithm Sha384 { get; } = new(AlgorithmUris.Sha384, HashAlgorithmName.SHA384, SHA384.HashSizeInBytes);

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

    public static SymmetricSignatureAlgorithm HmacSha384 { get; } =
        new(AlgorithmUris.HmacSha384, HashAlgorithmName.SHA384, HMACSHA384.HashSizeInBytes);

    public static SymmetricSignatureAlgorithm HmacSha512 { get; } =
        new(AlgorithmUris.HmacSha512, HashAlgorithmName.SHA512, HMACSHA512.HashSizeInBytes);
}

/// <summary>A signature of the algorithm suite with an RSA key.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Hash">The hash function under the signature.</param>
/// <param name="IsPss">
/// Whether it is RSASSA-PSS, with MGF1 of the same hash and a salt of its length (RFC 6931 section 2.3.10), and not RSASSA-PKCS1-v1_5.
/// </param>
internal sealed record AsymmetricSignatureAlgorithm(string Uri, HashAlgorithmName Hash, bool IsPss = false)
{
    public static AsymmetricSignatureAlgorithm RsaSha1 { get; } = new(AlgorithmUris.RsaSha1, HashAlgorithmName.SHA1);
    public static AsymmetricSignatureAlgorithm RsaSha256 { get; } = new(AlgorithmUris.RsaSha256, HashAlgorithmName.SHA256);
    public static AsymmetricSignatureAlgorithm RsaSha384 { get; } = new(AlgorithmUris.RsaSha384, HashAlgorithmName.SHA384);
    public static AsymmetricSignatureAlgorithm RsaSha512 { get; } = new(AlgorithmUris.RsaSha512, HashAlgorithmName.SHA512);
    public static AsymmetricSignatureAlgorithm PssSha256 { get; } = new(AlgorithmUris.PssSha256, HashAlgorithmName.SHA256, IsPss: true);
    public static AsymmetricSignatureAlgorithm PssSha384 { get; } = new(AlgorithmUris.PssSha384, HashAlgorithmName.SHA384, IsPss: true);
    public static AsymmetricSignatureAlgorithm PssSha512 { get; } = new(AlgorithmUris.PssSha512, HashAlgorithmName.SHA512, IsPss: true);

    public RSASignaturePadding Padding => IsPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
}

/// <summary>
/// A cipher of the algorithm suite: CBC with the padding of XML Encryption 1.0 section 5.2, or GCM (XML Encryption 1.1 section 5.2.4),
/// where an IV of 96 bits stands before the ciphertext and a tag of 128 bits behind it.
/// </summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="KeyBits">Length of the key in bits; for 3DES with its parity bits.</param>
/// <param name="BlockBytes">The length, in bytes, of which a ciphertext is a multiple; 1 for GCM.</param>
/// <param name="IsTripleDes">True for 3DES, false for AES.</param>
/// <param name="TagBytes">Length of the tag in bytes; 0 for CBC, which has none.</param>
internal sealed record EncryptionAlgorithm(string Uri, int KeyBits, int BlockBytes, bool IsTripleDes, int TagBytes = 0)
{
    private const int GcmIvBytes = 12;
    private const int GcmTagBytes = 16;

    public static EncryptionAlgorithm Aes128Gcm { get; } = new(AlgorithmUris.Aes128Gcm, 128, 1, IsTripleDes: false, GcmTagBytes);
    public static EncryptionAlgorithm Aes192Gcm { get; } = new(AlgorithmUris.Aes192Gcm, 192, 1, IsTripleDes: false, GcmTagBytes);
    public static EncryptionAlgorithm Aes256Gcm { get; } = new(AlgorithmUris.Aes256Gcm, 256, 1, IsTripleDes: false, GcmTagBytes);
    public static EncryptionAlgorithm Aes128 { get; } = new(AlgorithmUris.Aes128Cbc, 128, 16, IsTripleDes: false);
    public static EncryptionAlgorithm Aes192 { get; } = new(AlgorithmUris.Aes192Cbc, 192, 16, IsTripleDes: false);
    public static EncryptionAlgorithm Aes256 { get; } = new(AlgorithmUris.Aes256Cbc, 256, 16, IsTripleDes: false);
    public static EncryptionAlgorithm TripleDes { get; } = new(AlgorithmUris.TripleDesCbc, 192, 8, IsTripleDes: true);

    /// <summary>Length of the key in bytes.</summary>
    public int KeyBytes => KeyBits / 8;

    /// <summary>Whether the cipher authenticates what it encrypts (GCM).</summary>
    public bool IsAuthenticated => TagBytes > 0;

    /// <summary>Length of the IV in bytes.</summary>
    public int IvBytes => IsAuthenticated ? GcmIvBytes : BlockBytes;

    /// <summary>The least that a ciphertext has, in bytes: IV and one block, or IV and tag.</summary>
    public int MinCiphertextBytes => IsAuthenticated ? GcmIvBytes + GcmTagBytes : 2 * BlockBytes;

    /// <summary>The last octets of a ciphertext that the rest does not depend on: the last block, or the tag.</summary>
    public int LastBytes => IsAuthenticated ? TagBytes : BlockBytes;
}

/// <summary>The transport of a fresh key under the RSA key of a certificate.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Padding">The padding.</param>
/// <param name="DigestUri">The digest of OAEP; null for RSA 1.5, which has none.</param>
/// <param name="MgfUri">
/// The mask generation function of OAEP. Null where the identifier fixes it: <c>rsa-oaep-mgf1p</c> has MGF1 with SHA-1.
/// </param>
internal sealed record KeyWrapAlgorithm(string Uri, RSAEncryptionPadding Padding, string? DigestUri = null, string? MgfUri = null)
{
    public static KeyWrapAlgorithm RsaOaep { get; } = new(AlgorithmUris.RsaOaepMgf1p, RSAEncryptionPadding.OaepSHA1, AlgorithmUris.Sha1);
    public static KeyWrapAlgorithm Rsa15 { get; } = new(AlgorithmUris.Rsa15, RSAEncryptionPadding.Pkcs1);

    /// <summary>OAEP with SHA-256 and MGF1 with SHA-256 (XML Encryption 1.1 section 5.5.2).</summary>
    public static KeyWrapAlgorithm RsaOaepSha256 { get; } =
        new(AlgorithmUris.RsaOaep11, RSAEncryptionPadding.OaepSHA256, AlgorithmUris.Sha256, AlgorithmUris.Mgf1Sha256);

    /// <summary>The name of ML-KEM where a suite has it in the place of RSA. RSA keys are refused before they come to it.</summary>
    public static KeyWrapAlgorithm MLKem { get; } = new(AlgorithmUris.MLKem, RSAEncryptionPadding.OaepSHA256);

    /// <summary>
    /// Whether what an EncryptionMethod says is this algorithm. An absent digest means SHA-1 (XML Encryption 1.0 section 5.4.2); RSA 1.5
    /// has no use for one, and what WCF takes beside it is taken.
    /// </summary>
    public bool Is(string uri, string? digest, string? mgf) =>
        uri == Uri && (digest ?? AlgorithmUris.Sha1) == (DigestUri ?? AlgorithmUris.Sha1) && (MgfUri is null || mgf == MgfUri);
}

/// <summary>The derivation of keys: P_hash of RFC 5246 section 5 (WS-SecureConversation 1.3 section 7 has it with SHA-1).</summary>
/// <param name="Name">The name in the texts of this library.</param>
/// <param name="Hash">The hash function under the HMAC.</param>
/// <param name="Size">Length in bytes of what one step gives.</param>
internal sealed record KeyDerivationAlgorithm(string Name, HashAlgorithmName Hash, int Size)
{
    public static KeyDerivationAlgorithm PSha1 { get; } = new("P_SHA1", HashAlgorithmName.SHA1, HMACSHA1.HashSizeInBytes);
    public static KeyDerivationAlgorithm PSha256 { get; } = new("P_SHA256", HashAlgorithmName.SHA256, HMACSHA256.HashSizeInBytes);
    public static KeyDerivationAlgorithm PSha384 { get; } = new("P_SHA384", HashAlgorithmName.SHA384, HMACSHA384.HashSizeInBytes);
    public static KeyDerivationAlgorithm PSha512 { get; } = new("P_SHA512", HashAlgorithmName.SHA512, HMACSHA512.HashSizeInBytes);
}

/// <summary>The identifiers of XML Signature, XML Encryption 1.0 and 1.1, and RFC 6931 that the suites use.</summary>
internal static class AlgorithmUris
{
    public const string ExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";

    public const string Sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    public const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    public const string Sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    public const string Sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
    public const string HmacSha1 = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
    public const string HmacSha256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    public const string HmacSha384 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384";
    public const string HmacSha512 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512";
    public const string RsaSha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    public const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    public const string RsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
    public const string RsaSha512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";

    public const string PssSha256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    public const string PssSha384 = "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1";
    public const string PssSha512 = "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1";

    public const string EcdsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    public const string EcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
    public const string EcdsaSha512 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512";

    public const string Aes128Cbc = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    public const string Aes192Cbc = "http://www.w3.org/2001/04/xmlenc#aes192-cbc";
    public const string Aes256Cbc = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    public const string TripleDesCbc = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc";

    public const string Aes128Gcm = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
    public const string Aes192Gcm = "http://www.w3.org/2009/xmlenc11#aes192-gcm";
    public const string Aes256Gcm = "http://www.w3.org/2009/xmlenc11#aes256-gcm";

    public const string KwAes128 = "http://www.w3.org/2001/04/xmlenc#kw-aes128";
    public const string KwAes192 = "http://www.w3.org/2001/04/xmlenc#kw-aes192";
    public const string KwAes256 = "http://www.w3.org/2001/04/xmlenc#kw-aes256";
    public const string KwTripleDes = "http://www.w3.org/2001/04/xmlenc#kw-tripledes";

    public const string EcdhEs = "http://www.w3.org/2009/xmlenc11#ECDH-ES";
    public const string ConcatKdf = "http://www.w3.org/2009/xmlenc11#ConcatKDF";

    // No specification names them in XML.
    public const string MLKem = "urn:secure-conversation:algorithms:kem:ml-kem";
    public const string MLKem768 = MLKem + "-768";
    public const string MLKem1024 = MLKem + "-1024";

    public const string RsaOaepMgf1p = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    public const string RsaOaep11 = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    public const string Mgf1Sha256 = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
    public const string Rsa15 = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
}
