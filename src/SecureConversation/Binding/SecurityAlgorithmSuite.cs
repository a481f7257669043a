using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Binding;

/// <summary>
/// The algorithms of a binding (WS-SecurityPolicy 1.2 section 6.1). A receiver accepts only the algorithms of its suite.
/// All suites of WCF derive keys by P_SHA1, also those with SHA-256. <see cref="BeyondWcf"/> has those that WCF does not know.
/// </summary>
[TypeConverter(typeof(SecurityAlgorithmSuiteConverter))]
public sealed partial class SecurityAlgorithmSuite
{
    private SecurityAlgorithmSuite(string name, Family family, bool sha256, KeyWrapAlgorithm asymmetricKeyWrap)
        : this(name, family, sha256 ? Hashes.Sha256 : Hashes.Sha1, asymmetricKeyWrap)
    {
    }

    private SecurityAlgorithmSuite(string name, Family family, Hashes hashes, KeyWrapAlgorithm asymmetricKeyWrap)
    {
        Name = name;
        Digest = hashes.Digest;
        SymmetricSignature = hashes.SymmetricSignature;
        AsymmetricSignature = hashes.AsymmetricSignature;
        EcdsaSignature = hashes.EcdsaSignature;
        KeyDerivation = hashes.KeyDerivation;
        KeyAgreement = hashes.KeyAgreement;
        KeyEncapsulation = hashes.KeyEncapsulation;
        MinAsymmetricKeyLength = hashes.MinAsymmetricKeyLength;
        AsymmetricKeyWrap = asymmetricKeyWrap;
        Encryption = family.Encryption;
        DefaultSymmetricKeyWrapAlgorithm = family.KeyWrapUri;
        DefaultEncryptionKeyDerivationLength = family.Encryption.KeyBits;
        DefaultSignatureKeyDerivationLength = family.SignatureDerivationBits;
        DefaultSymmetricKeyLength = family.Encryption.KeyBits;
    }

    /// <summary>AES-256, SHA-1, RSA-OAEP. The default of WCF.</summary>
    public static SecurityAlgorithmSuite Basic256 { get; } =
        new(nameof(Basic256), Family.Aes256, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-192, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic192 { get; } =
        new(nameof(Basic192), Family.Aes192, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic128 { get; } =
        new(nameof(Basic128), Family.Aes128, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>3DES, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite TripleDes { get; } =
        new(nameof(TripleDes), Family.TripleDes, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-256, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic256Rsa15 { get; } =
        new(nameof(Basic256Rsa15), Family.Aes256, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-192, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic192Rsa15 { get; } =
        new(nameof(Basic192Rsa15), Family.Aes192, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-128, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic128Rsa15 { get; } =
        new(nameof(Basic128Rsa15), Family.Aes128, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>3DES, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite TripleDesRsa15 { get; } =
        new(nameof(TripleDesRsa15), Family.TripleDes, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-256, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic256Sha256 { get; } =
        new(nameof(Basic256Sha256), Family.Aes256, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-192, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic192Sha256 { get; } =
        new(nameof(Basic192Sha256), Family.Aes192, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic128Sha256 { get; } =
        new(nameof(Basic128Sha256), Family.Aes128, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>3DES, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite TripleDesSha256 { get; } =
        new(nameof(TripleDesSha256), Family.TripleDes, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-256, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic256Sha256Rsa15 { get; } =
        new(nameof(Basic256Sha256Rsa15), Family.Aes256, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-192, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic192Sha256Rsa15 { get; } =
        new(nameof(Basic192Sha256Rsa15), Family.Aes192, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-128, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic128Sha256Rsa15 { get; } =
        new(nameof(Basic128Sha256Rsa15), Family.Aes128, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>3DES, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite TripleDesSha256Rsa15 { get; } =
        new(nameof(TripleDesSha256Rsa15), Family.TripleDes, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>All sixteen suites of WCF.</summary>
    public static ImmutableArray<SecurityAlgorithmSuite> All { get; } =
    [
        Basic256, Basic192, Basic128, TripleDes,
        Basic256Rsa15, Basic192Rsa15, Basic128Rsa15, TripleDesRsa15,
        Basic256Sha256, Basic192Sha256, Basic128Sha256, TripleDesSha256,
        Basic256Sha256Rsa15, Basic192Sha256Rsa15, Basic128Sha256Rsa15, TripleDesSha256Rsa15,
    ];

    /// <summary>The default suite, as in WCF: <see cref="Basic256"/>.</summary>
    public static SecurityAlgorithmSuite Default => Basic256;

    /// <summary>The name of the static property.</summary>
    public string Name { get; }

    /// <summary>Identifier of the canonicalization: exclusive canonicalization in all suites.</summary>
    public string DefaultCanonicalizationAlgorithm { get; } = AlgorithmUris.ExclusiveC14n;

    /// <summary>Identifier of the digest.</summary>
    public string DefaultDigestAlgorithm => Digest.Uri;

    /// <summary>Identifier of the HMAC.</summary>
    public string DefaultSymmetricSignatureAlgorithm => SymmetricSignature.Uri;

    /// <summary>Identifier of the RSA signature.</summary>
    public string DefaultAsymmetricSignatureAlgorithm => AsymmetricSignature.Uri;

    /// <summary>Identifier of the cipher.</summary>
    public string DefaultEncryptionAlgorithm => Encryption.Uri;

    /// <summary>
    /// Identifier of the key wrap under a symmetric key. Messages have it where keys are agreed on (<see
    /// cref="DefaultKeyAgreementAlgorithm"/>).
    /// </summary>
    public string DefaultSymmetricKeyWrapAlgorithm { get; }

    /// <summary>
    /// Identifier of the key wrap under an RSA key; of the key encapsulation in suites with ML-KEM, which have no RSA here.
    /// </summary>
    public string DefaultAsymmetricKeyWrapAlgorithm => AsymmetricKeyWrap.Uri;

    /// <summary>Length in bits of derived encryption keys.</summary>
    public int DefaultEncryptionKeyDerivationLength { get; }

    /// <summary>Length in bits of derived signature keys.</summary>
    public int DefaultSignatureKeyDerivationLength { get; }

    /// <summary>Length in bits of the keys of sessions and EncryptedKeys.</summary>
    public int DefaultSymmetricKeyLength { get; }

    /// <summary>Minimum length in bits of the symmetric key of a session or an EncryptedKey.</summary>
    public int MinSymmetricKeyLength => DefaultSymmetricKeyLength;

    /// <summary>Maximum length in bits of the symmetric key of a session or an EncryptedKey.</summary>
    public int MaxSymmetricKeyLength { get; } = 256;

    /// <summary>Minimum length in bits of an RSA key.</summary>
    public int MinAsymmetricKeyLength { get; }

    /// <summary>Maximum length in bits of an RSA key.</summary>
    public int MaxAsymmetricKeyLength { get; } = 4096;

    internal DigestAlgorithm Digest { get; }

    internal SymmetricSignatureAlgorithm SymmetricSignature { get; }

    internal AsymmetricSignatureAlgorithm AsymmetricSignature { get; }

    /// <summary>The signature with keys on P-256 and P-384; null where the suite has none.</summary>
    internal EcdsaAlgorithm? EcdsaSignature { get; }

    /// <summary>Whether an identifier is that of a signature with a private key.</summary>
    internal bool IsPrivateKeySignature(string uri) => uri == AsymmetricSignature.Uri || uri == EcdsaSignature?.Uri;

    internal string SignatureUri(bool isAsymmetric) => isAsymmetric ? AsymmetricSignature.Uri : SymmetricSignature.Uri;

    internal EncryptionAlgorithm Encryption { get; }

    internal KeyDerivationAlgorithm KeyDerivation { get; }

    internal KeyWrapAlgorithm AsymmetricKeyWrap { get; }

    /// <summary>How a key is wrapped for a key on P-256 or P-384; null where the suite has no such way.</summary>
    internal KeyAgreementAlgorithm? KeyAgreement { get; }

    /// <summary>How a key is wrapped for an ML-KEM key; null where the suite has no such way. One that has it has no other.</summary>
    internal KeyEncapsulationAlgorithm? KeyEncapsulation { get; }

    /// <summary>Whether a symmetric key of this many bits may be used.</summary>
    public bool IsSymmetricKeyLengthSupported(int length) => length >= MinSymmetricKeyLength && length <= MaxSymmetricKeyLength;

    /// <summary>Whether an RSA key of this many bits may be used.</summary>
    public bool IsAsymmetricKeyLengthSupported(int length) => length >= MinAsymmetricKeyLength && length <= MaxAsymmetricKeyLength;

    /// <summary>Finds a suite by its name; <c>Default</c> is a name, too.</summary>
    /// <exception cref="FormatException">No suite has the name.</exception>
    public static SecurityAlgorithmSuite Parse(string name) =>
        TryParse(name, out var suite) ? suite : throw new FormatException($"'{name}' is not the name of an algorithm suite.");

    /// <summary>Finds a suite by its name; <c>Default</c> is a name, too. False when no suite has the name.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out SecurityAlgorithmSuite? suite)
    {
        suite = name == nameof(Default) ? Default : Named.FirstOrDefault(s => s.Name == name);
        return suite is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The parameters that all suites with the same cipher share.</summary>
    private sealed record Family(EncryptionAlgorithm Encryption, string KeyWrapUri, int SignatureDerivationBits)
    {
        public static readonly Family Aes256 = new(EncryptionAlgorithm.Aes256, AlgorithmUris.KwAes256, 192);
        public static readonly Family Aes192 = new(EncryptionAlgorithm.Aes192, AlgorithmUris.KwAes192, 192);
        public static readonly Family Aes128 = new(EncryptionAlgorithm.Aes128, AlgorithmUris.KwAes128, 128);
        public static readonly Family TripleDes = new(EncryptionAlgorithm.TripleDes, AlgorithmUris.KwTripleDes, 192);
        public static readonly Family Aes256Gcm = new(EncryptionAlgorithm.Aes256Gcm, AlgorithmUris.KwAes256, 192);
        public static readonly Family Aes192Gcm = new(EncryptionAlgorithm.Aes192Gcm, AlgorithmUris.KwAes192, 192);
        public static readonly Family Aes128Gcm = new(EncryptionAlgorithm.Aes128Gcm, AlgorithmUris.KwAes128, 128);
        public static readonly Family Strong256 = new(EncryptionAlgorithm.Aes256Gcm, AlgorithmUris.KwAes256, 256);
    }
}
