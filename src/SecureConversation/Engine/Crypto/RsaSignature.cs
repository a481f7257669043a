using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>Signatures with RSA keys, RSASSA-PKCS1-v1_5 or RSASSA-PSS.</summary>
internal static class RsaSignature
{
    /// <summary>Signs a digest, so that hardware keys which sign only hashes can be used.</summary>
    public static byte[] SignHash(RSA privateKey, AsymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> hash) =>
        privateKey.SignHash(hash.ToArray(), algorithm.Hash, algorithm.Padding);

    /// <summary>Signs data.</summary>
    public static byte[] Sign(RSA privateKey, AsymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        var length = CryptographicOperations.HashData(algorithm.Hash, data, hash);
        return SignHash(privateKey, algorithm, hash[..length]);
    }

    /// <summary>Whether the signature is valid. No content of the signature makes this method throw.</summary>
    public static bool Verify(RSA publicKey, AsymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return publicKey.VerifyData(data, signature, algorithm.Hash, algorithm.Padding);
        }
        catch (CryptographicException)
        {
            // Some providers throw for a signature of another length than the modulus.
            return false;
        }
    }
}
