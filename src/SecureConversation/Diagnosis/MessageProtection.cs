using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>What kind of key signed or encrypted.</summary>
public enum ProtectionKeyKind
{
    /// <summary>A key derived by P_SHA1; named by its nonce in base64.</summary>
    DerivedKey,
    /// <summary>The key of an EncryptedKey; named by the SHA-1 of its cipher value in base64.</summary>
    EncryptedKey,
    /// <summary>The key of a security context; named by its identifier.</summary>
    SecurityContext,
    /// <summary>An RSA key; named by the SHA-1 thumbprint of its certificate in base64.</summary>
    Certificate,
}

/// <summary>Names a key without giving anything of it away.</summary>
/// <param name="Kind">What kind of key.</param>
/// <param name="Name">Its public name, see <see cref="ProtectionKeyKind"/>.</param>
/// <param name="Instance">The instance of a renewed security context, else null.</param>
public sealed record ProtectionKey(ProtectionKeyKind Kind, string Name, string? Instance = null);

/// <summary>One signature that held.</summary>
/// <param name="Algorithm">URI of the signature method.</param>
/// <param name="Key">The key that made it.</param>
/// <param name="Parts">Names of the elements that it covers, in the order of its references.</param>
/// <param name="IsEndorsing">Whether it signs the primary signature.</param>
/// <param name="CoversCiphertext">Whether it covers something in encrypted form.</param>
public sealed record SignatureProtection(string Algorithm, ProtectionKey Key, IReadOnlyList<string> Parts, bool IsEndorsing, bool CoversCiphertext);

/// <summary>One part that was encrypted.</summary>
/// <param name="Id">Id of the EncryptedData or EncryptedHeader.</param>
/// <param name="Part">Name of the element in clear; of the body its content is meant.</param>
/// <param name="Algorithm">URI of the encryption method.</param>
/// <param name="Key">The key that it was encrypted with.</param>
public sealed record EncryptionProtection(string? Id, string Part, string Algorithm, ProtectionKey Key);

/// <summary>An account of the protection of one message: which parts were signed and encrypted, with what.</summary>
/// <param name="Signatures">Primary signature first.</param>
/// <param name="Encryptions">In document order.</param>
public sealed record MessageProtection(IReadOnlyList<SignatureProtection> Signatures, IReadOnlyList<EncryptionProtection> Encryptions)
{
    /// <summary>Names of all parts that a signature covers.</summary>
    public IEnumerable<string> SignedParts => Signatures.SelectMany(s => s.Parts);

    /// <summary>Names of all parts that were encrypted.</summary>
    public IEnumerable<string> EncryptedParts => Encryptions.Select(e => e.Part);

    internal static MessageProtection Create(OpenedMessage opened, MessageIntegrity signed, MessageShape shape, MessageRequirements requirements,
        (XmlId Id, DerivedKeyToken Token)[] derivedKeys, byte[] encryptedKeySha1)
    {
        var names = new ProtectionNames(opened, signed, shape, derivedKeys, encryptedKeySha1);
        List<SignatureProtection> signatures =
        [
            .. signed.Signatures.Select(s => new SignatureProtection(
                s.Signature.SignatureMethod,
                s.Certificate is { } certificate ? ProtectionNames.Certificate(certificate) : names.Symmetric(s.Signature.Key),
                [.. s.Signature.References.Select(r => names.Part(r.Id))],
                s.IsEndorsing,
                !s.IsEndorsing && s.Signature.References.Any(r => names.IsCiphertext(r.Id)))),
        ];
        List<EncryptionProtection> encryptions =
        [
            .. opened.Parts.Select(p => new EncryptionProtection(ProtectionNames.IdOf(p), names.Part(p), p.Data.Algorithm, names.Symmetric(p.Data.Key))),
        ];
        return new MessageProtection(signatures, encryptions);
    }
}
