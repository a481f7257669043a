using System.Security.Cryptography;

namespace SecureConversation.Testing;

/// <summary>
/// A private key as a hardware module or a key vault gives it: it signs and decrypts, and never shows its parameters. Whoever
/// touches it otherwise gets a <see cref="CryptographicException"/>, as from such a provider.
/// </summary>
public sealed class NonExportableRsa(RSA inner) : RSA
{
    public override int KeySize
    {
        get => inner.KeySize;
        set => throw NotExportable();
    }

    public override KeySizes[] LegalKeySizes => [new KeySizes(inner.KeySize, inner.KeySize, 0)];

    public override RSAParameters ExportParameters(bool includePrivateParameters) =>
        includePrivateParameters ? throw NotExportable() : inner.ExportParameters(false);

    public override void ImportParameters(RSAParameters parameters) => throw NotExportable();

    public override byte[] Encrypt(byte[] data, RSAEncryptionPadding padding) => inner.Encrypt(data, padding);

    public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding) => inner.Decrypt(data, padding);

    public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding) =>
        inner.SignHash(hash, hashAlgorithm, padding);

    public override bool VerifyHash(byte[] hash, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding) =>
        inner.VerifyHash(hash, signature, hashAlgorithm, padding);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private static CryptographicException NotExportable() => new("The key cannot be exported or replaced.");
}
