using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// A cipher for what one key encrypts or decrypts in one message, which is keyed once for all of it. It has a copy of the key until it is
/// disposed of. Not safe for concurrent use.
/// </summary>
internal sealed class MessageCipher : IDisposable
{
    private SymmetricAlgorithm? _cipher;
    private SymmetricKey? _key;
    private EncryptionAlgorithm? _algorithm;

    /// <summary>The cipher with a key, which stays this object's.</summary>
    /// <exception cref="CryptographicException">The key cannot be used with the algorithm.</exception>
    public SymmetricAlgorithm With(SymmetricKey key, EncryptionAlgorithm algorithm)
    {
        if (_cipher is null || !ReferenceEquals(_key, key) || !ReferenceEquals(_algorithm, algorithm))
        {
            Dispose();
            _cipher = key.CreateCipher(algorithm);
            (_key, _algorithm) = (key, algorithm);
        }

        return _cipher;
    }

    /// <summary>Zeroes the copy of the key.</summary>
    public void Dispose()
    {
        _cipher?.Dispose();
        _cipher = null;
    }
}
