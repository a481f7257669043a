using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>The kind of a key that signed or encrypted.</summary>
public enum ProtectionKeyKind
{
    /// <summary>A key derived by P_SHA1. Its name is its nonce in base64.</summary>
    DerivedKey,
    /// <summary>The key of an EncryptedKey. Its name is the SHA-1 of its cipher value in base64.</summary>
    EncryptedKey,
    /// <summary>The key of a security context. Its name is the identifier of the context.</summary>
    SecurityContext,
    /// <summary>An RSA key. Its name is the SHA-1 thumbprint of its certificate in base64.</summary>
    Certificate,
}

/// <summary>The public name of a key, which reveals nothing of the key.</summary>
public sealed record ProtectionKey
{
    /// <summary>The kind of the key.</summary>
    public required ProtectionKeyKind Kind { get; init; }

    /// <summary>The name of the key; <see cref="ProtectionKeyKind"/> gives its form.</summary>
    public required string Name { get; init; }

    /// <summary>The instance of a renewed security context; null for other keys.</summary>
    public string? Instance { get; init; }
}

/// <summary>One verified signature.</summary>
public sealed record SignatureProtection
{
    /// <summary>URI of the signature method.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The key that made the signature.</summary>
    public required ProtectionKey Key { get; init; }

    /// <summary>Names of the elements that the signature covers, in the order of its references.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>Whether the signature endorses the primary signature.</summary>
    public bool IsEndorsing { get; init; }

    /// <summary>Whether the signature covers any part in encrypted form.</summary>
    public bool CoversCiphertext { get; init; }
}

/// <summary>One part that was encrypted.</summary>
public sealed record EncryptionProtection
{
    /// <summary>Id of the EncryptedData or EncryptedHeader; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Name of the decrypted element. For the body, only its content was encrypted.</summary>
    public required string Part { get; init; }

    /// <summary>URI of the encryption method.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The key that encrypted the part.</summary>
    public required ProtectionKey Key { get; init; }
}

/// <summary>The protection of one message: which parts were signed and encrypted, and by which keys and algorithms.</summary>
public sealed record MessageProtection
{
    /// <summary>The verified signatures, the primary one first.</summary>
    public required IReadOnlyList<SignatureProtection> Signatures { get; init; }

    /// <summary>The encrypted parts in document order.</summary>
    public required IReadOnlyList<EncryptionProtection> Encryptions { get; init; }

    /// <summary>Names of all parts that a signature covers.</summary>
    public IEnumerable<string> SignedParts => Signatures.SelectMany(s => s.Parts);

    /// <summary>Names of all parts that were encrypted.</summary>
    public IEnumerable<string> EncryptedParts => Encryptions.Select(e => e.Part);

    internal static MessageProtection Create(
        OpenedMessage opened, MessageIntegrity signed, MessageShape shape, MessageRequirements requirements,
        (XmlId Id, DerivedKeyToken Token)[] derivedKeys, byte[] encryptedKeySha1)
    {
        var names = new ProtectionNames(opened, signed, shape, derivedKeys, encryptedKeySha1);
        return new MessageProtection
        {
            Signatures =
            [
                .. signed.Signatures.Select(s => new SignatureProtection
                {
                    Algorithm = s.Signature.SignatureMethod,
                    Key = s.Certificate is { } certificate ? ProtectionNames.Certificate(certificate) : names.Symmetric(s.Signature.Key),
                    Parts = [.. s.Signature.References.Select(r => names.Part(r.Id))],
                    IsEndorsing = s.IsEndorsing,
                    CoversCiphertext = !s.IsEndorsing && s.Signature.References.Any(r => names.IsCiphertext(r.Id)),
                }),
            ],
            Encryptions =
            [
                .. opened.Parts.All.Select(p => new EncryptionProtection
                {
                    Id = ProtectionNames.IdOf(p),
                    Part = names.Part(p),
                    Algorithm = p.Data.Algorithm,
                    Key = names.Symmetric(p.Data.Key),
                }),
            ],
        };
    }
}
