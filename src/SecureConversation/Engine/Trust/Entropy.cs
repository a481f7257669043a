using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Trust;

/// <summary>How the key of a new context comes about (WS-Trust 1.3 section 4.4.2).</summary>
internal static class Entropy
{
    public const int MinBytes = 16;

    /// <summary>
    /// P_SHA1 over both entropies: the secret is the client's, the seed the service's, there is no label
    /// (WS-Trust 1.3 section 4.4.5).
    /// </summary>
    public static SymmetricKey Combine(ReadOnlySpan<byte> client, ReadOnlySpan<byte> server, int keySizeInBits)
    {
        Span<byte> key = stackalloc byte[keySizeInBits / 8];
        PSha1.Derive(client, default, server, 0, key);
        var combined = SymmetricKey.From(key);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
        return combined;
    }

    /// <summary>Short entropy would let one side choose the key.</summary>
    public static void RequireLength(int bytes, int keySizeInBits)
    {
        if (bytes < MinBytes || bytes * 8 < keySizeInBits)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "entropy");
        }
    }

    public static bool ClientContributes(SecurityKeyEntropyMode mode) => mode != SecurityKeyEntropyMode.ServerEntropy;

    public static bool ServiceContributes(SecurityKeyEntropyMode mode) => mode != SecurityKeyEntropyMode.ClientEntropy;
}
