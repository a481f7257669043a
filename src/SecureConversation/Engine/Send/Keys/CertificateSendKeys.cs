using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of an asymmetric binding: the sender's certificate signs; a fresh key, wrapped for the recipient, encrypts, or a key that is
/// derived from it. The parts then name the derived key, so that the list of them stands outside the EncryptedKey (recorded).
/// </summary>
internal sealed class CertificateSendKeys(SenderToken.Certificates token, MessageRequirements requirements) : SendKeys(requirements)
{
    private string _keyId = "";
    private string _derivedId = "";
    private byte[] _nonce = [];
    private string? _tokenId;
    private string? _recipientId;
    private SymmetricKey? _wrapped;

    public override string? SourceId => _tokenId;

    public override X509Credential SigningCertificate => token.Own;

    public override bool ListsInEncryptedKey => Requirements.SignsFirst && !Requirements.DerivedKeys;

    public override Action<PooledBytes>? EncryptionReference => ListsInEncryptedKey ? null
        : Requirements.DerivedKeys ? output => ReferToDerived(output, _derivedId)
        : ReferToWrapped;

    public override void WriteRecipient(PooledBytes output)
    {
        if (_recipientId is not null && Encrypts)
        {
            TokenWriter.BinarySecurityToken(output, _recipientId, token.Recipient, Requirements.BspAttributes);
        }
    }

    public override void WriteSource(PooledBytes output)
    {
        if (_tokenId is not null)
        {
            TokenWriter.BinarySecurityToken(output, _tokenId, token.Own.Certificate, Requirements.BspAttributes);
        }
    }

    public override void WriteEncryptionToken(PooledBytes output, List<string> references)
    {
        if (!Encrypts)
        {
            return;
        }

        var listed = ListsInEncryptedKey ? references : [];
        EncryptedKeySha1 = WrappedKey.Write(output, _keyId, token.Recipient, _recipientId, _wrapped!, Requirements, listed);
        if (Requirements.DerivedKeys)
        {
            TokenWriter.DerivedKeyToken(output, _derivedId, ReferToWrapped, Encryption.Length, _nonce, Requirements.Protocol,
                Requirements.Suite.KeyDerivation);
        }
    }

    public override void ReferToSigningKey(PooledBytes output)
    {
        if (_tokenId is not null)
        {
            TokenWriter.LocalReference(output, _tokenId, Bsp(Uris.X509V3));
        }
        else
        {
            TokenWriter.CertificateReference(
                output,
                token.Own.Certificate,
                Requirements.SigningToken!.X509ReferenceStyle,
                Requirements.IsWss11,
                Requirements.BspAttributes);
        }
    }

    public override void Dispose()
    {
        Encryption?.Dispose();
        _wrapped?.Dispose();
    }

    protected override void Resolve(IdAllocator ids, RandomSource random)
    {
        _keyId = ids.Next();
        _tokenId = SendsToken ? UniqueIds.Next(random) : null;
        _recipientId = Requirements.SendsEncryptionToken ? UniqueIds.Next(random) : null;
        _wrapped = MakeFreshKey(random);
        Encryption = _wrapped;
        if (Requirements.DerivedKeys)
        {
            _derivedId = ids.Next();
            (Encryption, _nonce) = DeriveFresh(_wrapped, Requirements.Suite.DefaultEncryptionKeyDerivationLength, random);
        }
    }

    private void ReferToWrapped(PooledBytes output) => ReferToEncryptedKey(output, _keyId);

    /// <summary>Whether the signing certificate travels (WS-SecurityPolicy 1.2 section 5.1).</summary>
    private bool SendsToken => Requirements.SigningToken!.InclusionMode switch
    {
        SecurityTokenInclusionMode.AlwaysToRecipient or SecurityTokenInclusionMode.Once => Requirements.Role.IsFromClient,
        SecurityTokenInclusionMode.AlwaysToInitiator => !Requirements.Role.IsFromClient,
        _ => false,
    };
}
