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
    /// <summary>A key that is made of a password. Its name is the Id that the user name token has in the request.</summary>
    UserName,
    /// <summary>A bare RSA key. Its name is the SHA-1 of its modulus in base64.</summary>
    Rsa,
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

    /// <summary>Whether the signature is by a supporting token: it endorses the primary signature, or the timestamp.</summary>
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
    /// <summary>
    /// Whether the message had message security. False for a reply that was accepted without it, as
    /// <see cref="Binding.SecurityBindingElement.EnableUnsecuredResponse"/> allows: nothing of it is verified, and both lists are empty.
    /// </summary>
    public bool IsSecured { get; init; } = true;

    /// <summary>
    /// Whether the transport protects the whole message (<see cref="Binding.TransportSecurityBindingElement"/>): the signatures are those
    /// of tokens, over the timestamp, and nothing is encrypted in the message itself. The message does not show how the transport did it.
    /// </summary>
    public bool IsProtectedByTransport { get; init; }

    /// <summary>The verified signatures, the primary one first.</summary>
    public required IReadOnlyList<SignatureProtection> Signatures { get; init; }

    /// <summary>The encrypted parts in document order.</summary>
    public required IReadOnlyList<EncryptionProtection> Encryptions { get; init; }

    /// <summary>Names of all parts that a signature covers.</summary>
    public IEnumerable<string> SignedParts => Signatures.SelectMany(s => s.Parts);

    /// <summary>Names of all parts that were encrypted.</summary>
    public IEnumerable<string> EncryptedParts => Encryptions.Select(e => e.Part);

    /// <summary>That of a message without security.</summary>
    internal static MessageProtection None { get; } = new() { IsSecured = false, Signatures = [], Encryptions = [] };

    internal static MessageProtection Create(
        OpenedMessage opened, MessageIntegrity signed, MessageShape shape, MessageRequirements requirements,
        IReadOnlyList<(XmlId Id, DerivedKeyToken Token)> derivedKeys, byte[] encryptedKeySha1)
    {
        var names = new ProtectionNames(opened, signed, shape, derivedKeys, encryptedKeySha1)
        {
            HasUserNameKey = requirements.Primary is PrimaryTokenKind.UserName or PrimaryTokenKind.CorrelatedUserName,
        };
        return new MessageProtection
        {
            IsProtectedByTransport = requirements.IsProtectedByTransport,
            Signatures =
            [
                .. signed.Signatures.Select(s => new SignatureProtection
                {
                    Algorithm = s.Signature.SignatureMethod,
                    Key = s.Certificate is { } certificate ? ProtectionNames.Certificate(certificate)
                        : s.Proof is ProvedRsaKey rsa ? ProtectionNames.Rsa(rsa.PublicKey)
                        : names.Symmetric(s.Signature.Key),
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
