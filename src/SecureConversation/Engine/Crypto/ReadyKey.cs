using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The ciphers and the MAC of one key, keyed and ready for small messages. Each cipher goes on where the message before ended, for to start
/// it again costs as much as to encrypt a small message. Disposing zeroes what they hold. Not safe for concurrent use.
/// </summary>
internal sealed class ReadyKey(SymmetricKey key) : IDisposable
{
    /// <summary>Number of bytes up to which a ready cipher pays: it works in a buffer of its own.</summary>
    public const int Limit = 4096;

    private IncrementalHash? _mac;
    private SymmetricSignatureAlgorithm? _macAlgorithm;
    private ICryptoTransform? _encryptor;
    private ICryptoTransform? _decryptor;
    private EncryptionAlgorithm? _cipherAlgorithm;
    private AesGcm? _gcm;

    public SymmetricKey Key => key;

    /// <summary>Whether something failed in the middle, so that it is good for nothing else.</summary>
    public bool IsBroken { get; private set; }

    /// <inheritdoc cref="SymmetricKey.ComputeHmac"/>
    public void ComputeHmac(SymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        IsBroken = true;
        if (!ReferenceEquals(_macAlgorithm, algorithm))
        {
            _mac?.Dispose();
            _mac = key.CreateMac(algorithm);
            _macAlgorithm = algorithm;
        }

        _mac!.AppendData(data);
        _mac.GetHashAndReset(mac);
        IsBroken = false;
    }

    /// <summary>
    /// Encrypts in CBC mode. The IV is the ciphertext of a random block before the plaintext, so it is as random as that block was
    /// (NIST SP 800-38A appendix C), and the chain that the message before left does not matter.
    /// </summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="buffer">A random block and the plaintext with its padding; becomes IV and ciphertext.</param>
    public void Encrypt(EncryptionAlgorithm algorithm, Span<byte> buffer)
    {
        IsBroken = true;
        Use(algorithm);
        _encryptor ??= key.CreateTransform(algorithm, isForEncryption: true);
        Transform(_encryptor, buffer, buffer, 0);
        IsBroken = false;
    }

    /// <summary>
    /// Decrypts in CBC mode. The IV is decrypted, too, as a block that nobody reads: the plaintext of the next one depends on nothing
    /// before it.
    /// </summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="ivAndCipher">IV and ciphertext.</param>
    /// <param name="plain">Takes the plaintext.</param>
    public void Decrypt(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> ivAndCipher, Span<byte> plain)
    {
        IsBroken = true;
        Use(algorithm);
        _decryptor ??= key.CreateTransform(algorithm, isForEncryption: false);
        Transform(_decryptor, ivAndCipher, plain, algorithm.BlockBytes);
        IsBroken = false;
    }

    /// <summary>Encrypts in GCM mode.</summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="buffer">The IV, the plaintext, and room for the tag; becomes IV, ciphertext and tag.</param>
    public void EncryptAuthenticated(EncryptionAlgorithm algorithm, Span<byte> buffer)
    {
        IsBroken = true;
        _gcm ??= key.CreateGcm(algorithm);
        var body = buffer[algorithm.IvBytes..^algorithm.TagBytes];
        _gcm.Encrypt(buffer[..algorithm.IvBytes], body, body, buffer[^algorithm.TagBytes..]);
        IsBroken = false;
    }

    /// <inheritdoc cref="SymmetricKey.TryDecryptAuthenticated"/>
    public bool TryDecryptAuthenticated(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> sealedOctets, Span<byte> destination)
    {
        _gcm ??= key.CreateGcm(algorithm);
        return SymmetricKey.TryDecrypt(_gcm, algorithm, sealedOctets, destination);
    }

    public void Dispose()
    {
        _gcm?.Dispose();
        _mac?.Dispose();
        _encryptor?.Dispose();
        _decryptor?.Dispose();
    }

    private static void Transform(ICryptoTransform transform, ReadOnlySpan<byte> input, Span<byte> output, int skipped)
    {
        // A transform takes arrays, and not spans.
        var work = ArrayPool<byte>.Shared.Rent(input.Length);
        try
        {
            input.CopyTo(work);
            if (transform.TransformBlock(work, 0, input.Length, work, 0) != input.Length)
            {
                throw new CryptographicException("The cipher kept a block back.");
            }

            work.AsSpan(skipped, input.Length - skipped).CopyTo(output);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(work.AsSpan(0, input.Length));
            ArrayPool<byte>.Shared.Return(work);
        }
    }

    private void Use(EncryptionAlgorithm algorithm)
    {
        if (ReferenceEquals(_cipherAlgorithm, algorithm))
        {
            return;
        }

        _encryptor?.Dispose();
        _decryptor?.Dispose();
        (_encryptor, _decryptor, _cipherAlgorithm) = (null, null, algorithm);
    }
}
