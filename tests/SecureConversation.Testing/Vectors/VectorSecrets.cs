using System.Text.Json.Serialization;

namespace SecureConversation.Testing.Vectors;

/// <summary>The keys of a conversation, enough to verify and decrypt it without any private key.</summary>
public sealed record VectorSecrets
{
    /// <summary>By EncryptedKeySHA1.</summary>
    public required IReadOnlyDictionary<string, VectorEncryptedKey> EncryptedKeys { get; init; }
    public required IReadOnlyList<VectorSecurityContext> SecurityContexts { get; init; }
    public required IReadOnlyList<VectorDerivedKey> DerivedKeys { get; init; }
}

public sealed record VectorEncryptedKey
{
    public required byte[] Key { get; init; }
    public required string Algorithm { get; init; }
}

public sealed record VectorSecurityContext
{
    public required string Identifier { get; init; }
    /// <summary>Null before the first renewal.</summary>
    public string? Instance { get; init; }
    public required byte[] Key { get; init; }
    public required int KeySizeInBits { get; init; }
    public byte[]? ClientEntropy { get; init; }
    public byte[]? ServerEntropy { get; init; }
    /// <summary>The URI of the computed key, or which proof token.</summary>
    public required string ComputedBy { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Expires { get; init; }
}

public sealed record VectorDerivedKey
{
    public required byte[] Nonce { get; init; }
    public required string Label { get; init; }
    public required int Offset { get; init; }
    public required int Length { get; init; }
    public required VectorKey Source { get; init; }
    public required byte[] Key { get; init; }
}

/// <summary>Names a key of the conversation: one of the four nested records.</summary>
[JsonConverter(typeof(VectorKeyConverter))]
public abstract record VectorKey
{
    private VectorKey()
    {
    }

    /// <param name="Nonce">The nonce of the DerivedKeyToken, base64 as in the message.</param>
    public sealed record DerivedKey(string Nonce) : VectorKey;

    public sealed record EncryptedKey(string Sha1) : VectorKey;

    public sealed record SecurityContext(string Identifier, string? Instance) : VectorKey;

    public sealed record Certificate(VectorParty Party) : VectorKey;
}
