using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Binding;

// The suites that WCF does not know. Both ends have to know them: a service or client of WCF refuses such messages.
public sealed partial class SecurityAlgorithmSuite
{
    /// <summary>AES-256 in GCM mode, SHA-1, RSA-OAEP, P_SHA1: <c>Basic256GCM</c> in policies of CXF.</summary>
    public static SecurityAlgorithmSuite Basic256Gcm { get; } =
        new(nameof(Basic256Gcm), Family.Aes256Gcm, Hashes.Sha1, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-192 in GCM mode, SHA-1, RSA-OAEP, P_SHA1: <c>Basic192GCM</c> in policies of CXF.</summary>
    public static SecurityAlgorithmSuite Basic192Gcm { get; } =
        new(nameof(Basic192Gcm), Family.Aes192Gcm, Hashes.Sha1, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128 in GCM mode, SHA-1, RSA-OAEP, P_SHA1: <c>Basic128GCM</c> in policies of CXF.</summary>
    public static SecurityAlgorithmSuite Basic128Gcm { get; } =
        new(nameof(Basic128Gcm), Family.Aes128Gcm, Hashes.Sha1, KeyWrapAlgorithm.RsaOaep);

    /// <summary>AES-128 in GCM mode, SHA-256, RSA-OAEP, P_SHA1: <c>Basic128GCMSha256</c> in policies of eDelivery.</summary>
    public static SecurityAlgorithmSuite Basic128GcmSha256 { get; } =
        new(nameof(Basic128GcmSha256), Family.Aes128Gcm, Hashes.Sha256, KeyWrapAlgorithm.RsaOaep);

    /// <summary>
    /// AES-128 in GCM mode, SHA-256, RSA-OAEP with SHA-256 and MGF1 with SHA-256, P_SHA1: <c>Basic128GCMSha256MgfSha256</c>, the suite of
    /// eDelivery.
    /// </summary>
    public static SecurityAlgorithmSuite Basic128GcmSha256MgfSha256 { get; } =
        new(nameof(Basic128GcmSha256MgfSha256), Family.Aes128Gcm, Hashes.Sha256, KeyWrapAlgorithm.RsaOaepSha256);

    /// <summary>
    /// AES-256 in GCM mode, SHA-256, HMAC-SHA256, RSA-PSS, RSA-OAEP with SHA-256 and MGF1 with SHA-256, P_SHA256; RSA keys have at
    /// least 2048 bits. Certificates with keys on P-256 or P-384 sign by ECDSA, and keys are wrapped for them by ECDH-ES with ConcatKDF and
    /// AES key wrap. For two ends of this library.
    /// </summary>
    public static SecurityAlgorithmSuite Strong256 { get; } =
        new(nameof(Strong256), Family.Strong256, Hashes.Strong256, KeyWrapAlgorithm.RsaOaepSha256);

    /// <summary><see cref="Strong256"/> with SHA-384 for digests, signatures and the derivation of keys.</summary>
    public static SecurityAlgorithmSuite Strong256Sha384 { get; } =
        new(nameof(Strong256Sha384), Family.Strong256, Hashes.Strong384, KeyWrapAlgorithm.RsaOaepSha256);

    /// <summary><see cref="Strong256"/> with SHA-512 for digests, signatures and the derivation of keys.</summary>
    public static SecurityAlgorithmSuite Strong256Sha512 { get; } =
        new(nameof(Strong256Sha512), Family.Strong256, Hashes.Strong512, KeyWrapAlgorithm.RsaOaepSha256);

    /// <summary>
    /// <see cref="Strong256"/> with keys that are wrapped by ML-KEM-768 or ML-KEM-1024 (FIPS 203), as the certificate of the service has
    /// it, and in no other way. Clients sign by RSA or ECDSA as there. For symmetric bindings with the certificate of the service known
    /// beforehand, and sessions of them; for two ends of this library on platforms with ML-KEM.
    /// </summary>
    /// <remarks>
    /// Experimental: no specification says how XML Encryption names ML-KEM, and once one does, the identifiers change. Neither
    /// <see cref="BeyondWcf"/> nor <see cref="Known"/> has it; its name does, in configuration and policies.
    /// </remarks>
    [Experimental("SC0001")]
    public static SecurityAlgorithmSuite Strong256MLKem => Experiments.Strong256MLKem;

    /// <summary>The suites that WCF does not know.</summary>
    public static ImmutableArray<SecurityAlgorithmSuite> BeyondWcf { get; } =
    [
        Basic256Gcm, Basic192Gcm, Basic128Gcm, Basic128GcmSha256, Basic128GcmSha256MgfSha256,
        Strong256, Strong256Sha384, Strong256Sha512,
    ];

    /// <summary>All suites that are not experimental: those of WCF, and <see cref="BeyondWcf"/>.</summary>
    public static ImmutableArray<SecurityAlgorithmSuite> Known => KnownSuites.All;

    /// <summary>Whether the suite encrypts with a cipher that authenticates what it encrypts (AES-GCM).</summary>
    public bool IsAuthenticatedEncryption => Encryption.IsAuthenticated;

    /// <summary>
    /// Identifier of the signature with keys on the curves P-256 and P-384; null in suites without, as all of WCF are. The kind of key in
    /// the certificate chooses between it and <see cref="DefaultAsymmetricSignatureAlgorithm"/>, never the message.
    /// </summary>
    public string? DefaultEllipticCurveSignatureAlgorithm => EcdsaSignature?.Uri;

    /// <summary>
    /// Identifier of the key agreement with keys on the curves P-256 and P-384; null in suites without, as all of WCF are. The kind of key
    /// in the certificate of the receiver chooses between it and <see cref="DefaultAsymmetricKeyWrapAlgorithm"/>, never the message. What
    /// is agreed on wraps by <see cref="DefaultSymmetricKeyWrapAlgorithm"/>.
    /// </summary>
    public string? DefaultKeyAgreementAlgorithm => KeyAgreement is null ? null : AlgorithmUris.EcdhEs;

    /// <summary>The name of the derivation of keys: <c>P_SHA1</c> in all suites of WCF.</summary>
    public string KeyDerivationAlgorithmName => KeyDerivation.Name;

    /// <summary>All suites that a name finds.</summary>
    internal static ImmutableArray<SecurityAlgorithmSuite> Named => Experiments.Named;

    /// <summary>Whether <see cref="MessageProtectionProfile.Strong"/> is offered with it.</summary>
    internal bool IsStrong => IsAuthenticatedEncryption && KeyDerivation != KeyDerivationAlgorithm.PSha1 && AsymmetricSignature.IsPss
        && (AsymmetricKeyWrap == KeyWrapAlgorithm.RsaOaepSha256 || KeyEncapsulation is not null) && MinAsymmetricKeyLength >= 2048;

    // A class of its own: the static properties of both parts have their values when it is initialized.
    private static class KnownSuites
    {
        public static readonly ImmutableArray<SecurityAlgorithmSuite> All = [.. SecurityAlgorithmSuite.All, .. BeyondWcf];
    }

    private static class Experiments
    {
        public static readonly SecurityAlgorithmSuite Strong256MLKem =
            new(nameof(Strong256MLKem), Family.Strong256, Hashes.StrongMLKem, KeyWrapAlgorithm.MLKem);

        public static readonly ImmutableArray<SecurityAlgorithmSuite> Named = [.. Known, Strong256MLKem];
    }

    /// <summary>What a suite has of hash functions.</summary>
    private sealed record Hashes(
        DigestAlgorithm Digest,
        SymmetricSignatureAlgorithm SymmetricSignature,
        AsymmetricSignatureAlgorithm AsymmetricSignature,
        KeyDerivationAlgorithm KeyDerivation,
        int MinAsymmetricKeyLength,
        EcdsaAlgorithm? EcdsaSignature = null,
        KeyAgreementAlgorithm? KeyAgreement = null,
        KeyEncapsulationAlgorithm? KeyEncapsulation = null)
    {
        public static readonly Hashes Sha1 = new(
            DigestAlgorithm.Sha1, SymmetricSignatureAlgorithm.HmacSha1, AsymmetricSignatureAlgorithm.RsaSha1,
            KeyDerivationAlgorithm.PSha1, 1024);

        public static readonly Hashes Sha256 = new(
            DigestAlgorithm.Sha256, SymmetricSignatureAlgorithm.HmacSha256, AsymmetricSignatureAlgorithm.RsaSha256,
            KeyDerivationAlgorithm.PSha1, 1024);

        public static readonly Hashes Strong256 = new(
            DigestAlgorithm.Sha256, SymmetricSignatureAlgorithm.HmacSha256, AsymmetricSignatureAlgorithm.PssSha256,
            KeyDerivationAlgorithm.PSha256, 2048, EcdsaAlgorithm.Sha256, KeyAgreementAlgorithm.EcdhEsSha256);

        public static readonly Hashes StrongMLKem =
            Strong256 with { KeyAgreement = null, KeyEncapsulation = KeyEncapsulationAlgorithm.MLKemSha256 };

        public static readonly Hashes Strong384 = new(
            DigestAlgorithm.Sha384, SymmetricSignatureAlgorithm.HmacSha384, AsymmetricSignatureAlgorithm.PssSha384,
            KeyDerivationAlgorithm.PSha384, 2048, EcdsaAlgorithm.Sha384, KeyAgreementAlgorithm.EcdhEsSha384);

        public static readonly Hashes Strong512 = new(
            DigestAlgorithm.Sha512, SymmetricSignatureAlgorithm.HmacSha512, AsymmetricSignatureAlgorithm.PssSha512,
            KeyDerivationAlgorithm.PSha512, 2048, EcdsaAlgorithm.Sha512, KeyAgreementAlgorithm.EcdhEsSha512);
    }
}
