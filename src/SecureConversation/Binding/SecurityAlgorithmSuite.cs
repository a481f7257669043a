using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Binding;

/// <summary>
/// The algorithms of a binding (WS-SecurityPolicy 1.2 section 6.1). A receiver takes exactly these, with no choice within a suite.
/// Key derivation is P_SHA1 in all of them, also in those with SHA-256.
/// </summary>
public sealed class SecurityAlgorithmSuite
{
    private SecurityAlgorithmSuite(string name, Family family, bool sha256, KeyWrapAlgorithm asymmetricKeyWrap)
    {
        Name = name;
        Digest = sha256 ? DigestAlgorithm.Sha256 : DigestAlgorithm.Sha1;
        SymmetricSignature = sha256 ? SymmetricSignatureAlgorithm.HmacSha256 : SymmetricSignatureAlgorithm.HmacSha1;
        AsymmetricSignature = sha256 ? AsymmetricSignatureAlgorithm.RsaSha256 : AsymmetricSignatureAlgorithm.RsaSha1;
        AsymmetricKeyWrap = asymmetricKeyWrap;
        Encryption = family.Encryption;
        DefaultSymmetricKeyWrapAlgorithm = family.KeyWrapUri;
        DefaultEncryptionKeyDerivationLength = family.Encryption.KeyBits;
        DefaultSignatureKeyDerivationLength = family.SignatureDerivationBits;
        DefaultSymmetricKeyLength = family.Encryption.KeyBits;
    }

    /// <summary>AES-256, SHA-1, RSA-OAEP. The default of WCF.</summary>
    public static SecurityAlgorithmSuite Basic256 { get; } = new(nameof(Basic256), Family.Aes256, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-192, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic192 { get; } = new(nameof(Basic192), Family.Aes192, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic128 { get; } = new(nameof(Basic128), Family.Aes128, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>3DES, SHA-1, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite TripleDes { get; } = new(nameof(TripleDes), Family.TripleDes, sha256: false, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-256, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic256Rsa15 { get; } = new(nameof(Basic256Rsa15), Family.Aes256, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-192, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic192Rsa15 { get; } = new(nameof(Basic192Rsa15), Family.Aes192, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-128, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic128Rsa15 { get; } = new(nameof(Basic128Rsa15), Family.Aes128, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>3DES, SHA-1, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite TripleDesRsa15 { get; } = new(nameof(TripleDesRsa15), Family.TripleDes, sha256: false, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-256, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic256Sha256 { get; } = new(nameof(Basic256Sha256), Family.Aes256, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-192, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic192Sha256 { get; } = new(nameof(Basic192Sha256), Family.Aes192, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite Basic128Sha256 { get; } = new(nameof(Basic128Sha256), Family.Aes128, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>3DES, SHA-256, RSA-OAEP.</summary>
    public static SecurityAlgorithmSuite TripleDesSha256 { get; } = new(nameof(TripleDesSha256), Family.TripleDes, sha256: true, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-256, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic256Sha256Rsa15 { get; } = new(nameof(Basic256Sha256Rsa15), Family.Aes256, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-192, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic192Sha256Rsa15 { get; } = new(nameof(Basic192Sha256Rsa15), Family.Aes192, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>AES-128, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite Basic128Sha256Rsa15 { get; } = new(nameof(Basic128Sha256Rsa15), Family.Aes128, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>3DES, SHA-256, RSA 1.5.</summary>
    public static SecurityAlgorithmSuite TripleDesSha256Rsa15 { get; } = new(nameof(TripleDesSha256Rsa15), Family.TripleDes, sha256: true, KeyWrapAlgorithm.Rsa15);

    /// <summary>All sixteen suites.</summary>
    public static ImmutableArray<SecurityAlgorithmSuite> All { get; } =
    [
        Basic256, Basic192, Basic128, TripleDes,
        Basic256Rsa15, Basic192Rsa15, Basic128Rsa15, TripleDesRsa15,
        Basic256Sha256, Basic192Sha256, Basic128Sha256, TripleDesSha256,
        Basic256Sha256Rsa15, Basic192Sha256Rsa15, Basic128Sha256Rsa15, TripleDesSha256Rsa15,
    ];

    /// <summary>The default, as in WCF: <see cref="Basic256"/>.</summary>
    public static SecurityAlgorithmSuite Default => Basic256;

    /// <summary>The name of the static property.</summary>
    public string Name { get; }

    /// <summary>Exclusive canonicalization, in all suites.</summary>
    public string DefaultCanonicalizationAlgorithm { get; } = AlgorithmUris.ExclusiveC14n;

    /// <summary>Identifier of the digest.</summary>
    public string DefaultDigestAlgorithm => Digest.Uri;

    /// <summary>Identifier of the HMAC.</summary>
    public string DefaultSymmetricSignatureAlgorithm => SymmetricSignature.Uri;

    /// <summary>Identifier of the RSA signature.</summary>
    public string DefaultAsymmetricSignatureAlgorithm => AsymmetricSignature.Uri;

    /// <summary>Identifier of the block cipher.</summary>
    public string DefaultEncryptionAlgorithm => Encryption.Uri;

    /// <summary>Identifier of the wrapping of a key under a symmetric key; no message of this library carries one.</summary>
    public string DefaultSymmetricKeyWrapAlgorithm { get; }

    /// <summary>Identifier of the wrapping of a key under an RSA key.</summary>
    public string DefaultAsymmetricKeyWrapAlgorithm => AsymmetricKeyWrap.Uri;

    /// <summary>Length in bits of derived keys that encrypt.</summary>
    public int DefaultEncryptionKeyDerivationLength { get; }

    /// <summary>Length in bits of derived keys that sign.</summary>
    public int DefaultSignatureKeyDerivationLength { get; }

    /// <summary>Length in bits of keys of sessions and EncryptedKeys.</summary>
    public int DefaultSymmetricKeyLength { get; }

    /// <summary>Least length in bits of a symmetric key from which keys are derived or that is used as it is.</summary>
    public int MinSymmetricKeyLength => DefaultSymmetricKeyLength;

    /// <summary>Greatest length in bits of such a key.</summary>
    public int MaxSymmetricKeyLength { get; } = 256;

    /// <summary>Least length in bits of an RSA key.</summary>
    public int MinAsymmetricKeyLength { get; } = 1024;

    /// <summary>Greatest length in bits of an RSA key.</summary>
    public int MaxAsymmetricKeyLength { get; } = 4096;

    internal DigestAlgorithm Digest { get; }

    internal SymmetricSignatureAlgorithm SymmetricSignature { get; }

    internal AsymmetricSignatureAlgorithm AsymmetricSignature { get; }

    internal EncryptionAlgorithm Encryption { get; }

    internal KeyWrapAlgorithm AsymmetricKeyWrap { get; }

    /// <summary>Whether a symmetric key of this many bits may be used.</summary>
    public bool IsSymmetricKeyLengthSupported(int length) => length >= MinSymmetricKeyLength && length <= MaxSymmetricKeyLength;

    /// <summary>Whether an RSA key of this many bits may be used.</summary>
    public bool IsAsymmetricKeyLengthSupported(int length) => length >= MinAsymmetricKeyLength && length <= MaxAsymmetricKeyLength;

    /// <summary>The suite of this name, or of <c>Default</c>.</summary>
    /// <exception cref="FormatException">No suite has the name.</exception>
    public static SecurityAlgorithmSuite Parse(string name) =>
        TryParse(name, out var suite) ? suite : throw new FormatException($"'{name}' is not the name of an algorithm suite.");

    /// <summary>The suite of this name, or of <c>Default</c>; false when there is none.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out SecurityAlgorithmSuite? suite)
    {
        suite = name == nameof(Default) ? Default : All.FirstOrDefault(s => s.Name == name);
        return suite is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>What the suites of one cipher share.</summary>
    private sealed record Family(EncryptionAlgorithm Encryption, string KeyWrapUri, int SignatureDerivationBits)
    {
        public static readonly Family Aes256 = new(EncryptionAlgorithm.Aes256, AlgorithmUris.KwAes256, 192);
        public static readonly Family Aes192 = new(EncryptionAlgorithm.Aes192, AlgorithmUris.KwAes192, 192);
        public static readonly Family Aes128 = new(EncryptionAlgorithm.Aes128, AlgorithmUris.KwAes128, 128);
        public static readonly Family TripleDes = new(EncryptionAlgorithm.TripleDes, AlgorithmUris.KwTripleDes, 192);
    }
}
