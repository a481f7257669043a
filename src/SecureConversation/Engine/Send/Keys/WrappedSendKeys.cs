using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The keys of a request under a symmetric binding: a fresh key, wrapped for the certificate of the service.</summary>
internal sealed class WrappedSendKeys(X509Certificate2 recipient, MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    private SymmetricKey? _fresh;
    private string _id = "";
    private string? _recipientId;

    public override string SourceId => _id;

    public override void WriteRecipient(PooledBytes output)
    {
        if (_recipientId is not null)
        {
            TokenWriter.BinarySecurityToken(output, _recipientId, recipient, Requirements.BspAttributes);
        }
    }

    public override void WriteSource(PooledBytes output) =>
        EncryptedKeySha1 = WrappedKey.Write(output, _id, recipient, _recipientId, _fresh!, Requirements, []);

    public override SymmetricKey? TakeFreshKey()
    {
        var fresh = _fresh;
        _fresh = null;
        return fresh;
    }

    public override void Dispose()
    {
        base.Dispose();
        _fresh?.Dispose();
    }

    protected override void Resolve(IdAllocator ids, RandomSource random)
    {
        _id = UniqueIds.Next(random);
        _recipientId = Requirements.SendsEncryptionToken ? UniqueIds.Next(random) : null;
        _fresh = MakeFreshKey(random);
        DeriveOrUse(_fresh, ids, random);
    }

    protected override void ReferToSource(PooledBytes output) => ReferToEncryptedKey(output, _id);
}

/// <summary>Writes an EncryptedKey for a certificate whose private key the receiver holds.</summary>
internal static class WrappedKey
{
    /// <summary>Writes the element; returns the SHA-1 of its cipher value (WS-Security 1.1 section 7.3).</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="id">Its Id.</param>
    /// <param name="recipient">The certificate that the key is wrapped for.</param>
    /// <param name="recipientId">The Id of the token that has this certificate; null where the message does not bring it.</param>
    /// <param name="key">The key.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="references">The Ids of the encrypted parts, which the element lists.</param>
    /// <exception cref="InvalidOperationException">The suite wraps no keys for a key like that of the certificate.</exception>
    public static byte[] Write(
        PooledBytes output,
        string id,
        X509Certificate2 recipient,
        string? recipientId,
        SymmetricKey key,
        MessageRequirements requirements,
        List<string> references)
    {
        var known = X509Facts.OfKnown(recipient);
        if (requirements.Suite.KeyEncapsulation is { } encapsulation)
        {
            using var once = known is null ? MLKemParameters.Of(recipient)?.KeyOf(recipient) : null;
            var encapsulationKey = known?.EncapsulationKey ?? once ?? throw new InvalidOperationException(
                $"The certificate '{recipient.Subject}' has no ML-KEM key, and {requirements.Suite} wraps keys for such alone.");
            return EncryptionWriter.EncryptedKey(output, id, encapsulationKey, recipient, key, encapsulation, ReferToRecipient, references);
        }

        if (requirements.Suite.KeyAgreement is { } agreement && NamedCurve.Of(recipient) is not null)
        {
            using var once = known is null ? recipient.GetECDiffieHellmanPublicKey() : null;
            var curveKey = known?.AgreementKey ?? once ?? throw new InvalidOperationException(
                $"The key usage of the certificate '{recipient.Subject}' has no key agreement.");
            return EncryptionWriter.EncryptedKey(output, id, curveKey, recipient, key, agreement, ReferToRecipient, references);
        }

        using var publicKey = CertificateKey.Open(recipient, out var isRsa);
        if (!isRsa)
        {
            throw new InvalidOperationException(
                $"The certificate '{recipient.Subject}' has a key of a kind that {requirements.Suite} wraps no keys for.");
        }

        return EncryptionWriter.EncryptedKey(output, id, publicKey.Rsa, key, requirements.Suite, ReferToRecipient, references);

        void ReferToRecipient(PooledBytes keyInfo)
        {
            if (recipientId is not null)
            {
                TokenWriter.LocalReference(keyInfo, recipientId, requirements.BspAttributes ? Uris.X509V3 : null);
                return;
            }

            TokenWriter.CertificateReference(
                keyInfo,
                recipient,
                requirements.EncryptionToken!.X509ReferenceStyle,
                requirements.IsWss11,
                requirements.BspAttributes);
        }
    }
}
