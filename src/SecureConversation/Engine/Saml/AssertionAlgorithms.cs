using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// The algorithms of signatures of issuers. An issuer signs for many services and knows no suite of theirs, so RSA with SHA-256, SHA-384
/// and SHA-512, with the padding of PKCS #1 1.5 or PSS, is always accepted, and SHA-1 where the service says so.
/// </summary>
internal static class AssertionAlgorithms
{
    /// <exception cref="SecurityFailureException">The algorithm is not accepted.</exception>
    public static AsymmetricSignatureAlgorithm Signature(string uri, bool allowsSha1) => uri switch
    {
        AlgorithmUris.RsaSha256 => AsymmetricSignatureAlgorithm.RsaSha256,
        AlgorithmUris.RsaSha384 => AsymmetricSignatureAlgorithm.RsaSha384,
        AlgorithmUris.RsaSha512 => AsymmetricSignatureAlgorithm.RsaSha512,
        AlgorithmUris.PssSha256 => AsymmetricSignatureAlgorithm.PssSha256,
        AlgorithmUris.PssSha384 => AsymmetricSignatureAlgorithm.PssSha384,
        AlgorithmUris.PssSha512 => AsymmetricSignatureAlgorithm.PssSha512,
        AlgorithmUris.RsaSha1 when allowsSha1 => AsymmetricSignatureAlgorithm.RsaSha1,
        _ => Fail.With<AsymmetricSignatureAlgorithm>(FailureCode.AlgorithmMismatch, "ds:SignatureMethod of an assertion", uri,
            Expected(allowsSha1)),
    };

    /// <exception cref="SecurityFailureException">The algorithm is not accepted.</exception>
    public static DigestAlgorithm Digest(string uri, bool allowsSha1) => uri switch
    {
        AlgorithmUris.Sha256 => DigestAlgorithm.Sha256,
        AlgorithmUris.Sha384 => DigestAlgorithm.Sha384,
        AlgorithmUris.Sha512 => DigestAlgorithm.Sha512,
        AlgorithmUris.Sha1 when allowsSha1 => DigestAlgorithm.Sha1,
        _ => Fail.With<DigestAlgorithm>(FailureCode.AlgorithmMismatch, "ds:DigestMethod of an assertion", uri, Expected(allowsSha1)),
    };

    private static string Expected(bool allowsSha1) => allowsSha1
        ? "RSA with SHA-1, SHA-256, SHA-384 or SHA-512"
        : "RSA with SHA-256, SHA-384 or SHA-512 (IssuedTokenAuthentication.AllowSha1Signatures)";
}
