using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Trust;

/// <summary>Rules for the contributions to the key of a new context (WS-Trust 1.3 section 4.4.2).</summary>
internal static class Entropy
{
    public const int MinBytes = 16;

    /// <summary>
    /// Combines both contributions by P_hash: the secret is the entropy of the client, the seed is the entropy of the service, and there
    /// is no label (WS-Trust 1.3 section 4.4.5).
    /// </summary>
    public static SymmetricKey Combine(
        KeyDerivationAlgorithm algorithm, ReadOnlySpan<byte> client, ReadOnlySpan<byte> server, int keySizeInBits)
    {
        Span<byte> key = stackalloc byte[keySizeInBits / 8];
        PHash.Derive(algorithm, client, default, server, 0, key);
        var combined = SymmetricKey.From(key);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
        return combined;
    }

    /// <summary>Refuses entropy that is shorter than the key: with short entropy, the other side would determine the key.</summary>
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
