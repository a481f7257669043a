using System.Security.Cryptography;

namespace Quickstart;

/// <summary>A private key that counts what it is asked for. It could as well live in a hardware module: it is never exported.</summary>
internal sealed class CountingRsa(RSA inner) : RSA
{
    private int _operations;

    public int Operations => Volatile.Read(ref _operations);

    public override int KeySize => inner.KeySize;

    public override RSAParameters ExportParameters(bool includePrivateParameters) => throw new CryptographicException("The key stays where it is.");

    public override void ImportParameters(RSAParameters parameters) => throw new CryptographicException("The key stays as it is.");

    public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)
    {
        Interlocked.Increment(ref _operations);
        return inner.SignHash(hash, hashAlgorithm, padding);
    }

    public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)
    {
        Interlocked.Increment(ref _operations);
        return inner.Decrypt(data, padding);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
