using System.Security.Cryptography;

namespace SecureConversation.Tests.Crypto;

/// <summary>Behaves like a key in hardware: signs hashes and decrypts, nothing else.</summary>
internal sealed class TokenRsa : RSA
{
    private readonly RSA _inner;

    public TokenRsa(RSA inner)
    {
        _inner = inner;
        KeySizeValue = inner.KeySize;
    }

    public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding) =>
        _inner.SignHash(hash, hashAlgorithm, padding);

    /// <summary>How often the key was asked to decrypt.</summary>
    public int Decryptions { get; private set; }

    /// <summary>Runs with each ciphertext before it is decrypted.</summary>
    public Action<byte[]> OnDecrypt { get; set; } = _ => { };

    public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)
    {
        Decryptions++;
        OnDecrypt(data);
        return _inner.Decrypt(data, padding);
    }

    public override RSAParameters ExportParameters(bool includePrivateParameters) =>
        throw new CryptographicException("The key does not leave the token.");

    public override void ImportParameters(RSAParameters parameters) =>
        throw new CryptographicException("The key does not leave the token.");
}
