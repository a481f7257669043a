using System.Collections.Concurrent;
using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>All that the sender of a message has: keys, algorithms, and the values of the conversation.</summary>
internal sealed class ScriptKeys
{
    private readonly ConcurrentDictionary<string, SymmetricKey?> _unwrapped = new(StringComparer.Ordinal);

    public required SecurityAlgorithmSuite Suite { get; init; }

    public required ProtocolVersion Protocol { get; init; }

    /// <summary>Whether digests are made of the plaintext.</summary>
    public required bool SignsFirst { get; init; }

    /// <summary>Of the session, or of the request that a reply answers; null where each message brings its own.</summary>
    public SymmetricKey? Root { get; init; }

    /// <summary>The private key of the sender.</summary>
    public required RSA Signer { get; init; }

    /// <summary>The private key of the receiver, which tells what an EncryptedKey holds.</summary>
    public required RSA Receiver { get; init; }

    public Dictionary<byte, byte[]> Variables { get; } = [];

    /// <summary>The cipher value of the last EncryptedKey that was unwrapped.</summary>
    public string? Wrapped { get; private set; }

    /// <summary>The key in an EncryptedKey; null where nobody can decrypt it.</summary>
    public SymmetricKey? Unwrap(string cipherValue)
    {
        Wrapped = cipherValue;
        if (_unwrapped.Count > 256)
        {
            _unwrapped.Clear();
        }

        return _unwrapped.GetOrAdd(cipherValue, text =>
        {
            try
            {
                return SymmetricKey.From(Receiver.Decrypt(Convert.FromBase64String(text), RSAEncryptionPadding.OaepSHA1));
            }
            catch (Exception e) when (e is CryptographicException or FormatException)
            {
                return null;
            }
        });
    }
}
