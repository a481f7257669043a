using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>One symmetric key, or two keys derived from it, sign and encrypt the message.</summary>
internal abstract class SymmetricSendKeys(MessageRequirements requirements) : SendKeys(requirements)
{
    private List<SymmetricKey>? _owned;
    private Action<PooledBytes>? _encryptionReference;
    private (string Id, byte[] Nonce, SessionDerivedKey? Kept) _signing;
    private (string Id, byte[] Nonce, SessionDerivedKey? Kept) _encryption;

    public override Action<PooledBytes>? EncryptionReference => _encryptionReference ??= ReferToEncryptionKey;

    public override void WriteDerivedSigningKey(PooledBytes output)
    {
        if (Requirements.DerivedKeys)
        {
            WriteDerived(output, Signing, _signing);
        }
    }

    public override void WriteEncryptionToken(PooledBytes output, List<string> references)
    {
        if (Encrypts && Requirements.DerivedKeys)
        {
            WriteDerived(output, Encryption, _encryption);
        }
    }

    public override void ReferToSigningKey(PooledBytes output) => Refer(output, _signing.Id);

    public override void Dispose() => _owned?.ForEach(k => k.Dispose());

    /// <summary>Writes a reference to the token of the primary key.</summary>
    protected abstract void ReferToSource(PooledBytes output);

    /// <summary>Derives fresh keys from the source where the binding asks for that, else uses the source itself.</summary>
    protected void DeriveOrUse(SymmetricKey source, IdAllocator ids, RandomSource random)
    {
        (Signing, Encryption) = (source, source);
        if (!Requirements.DerivedKeys)
        {
            return;
        }

        (Signing, _signing) = Derive(source, ids, random, Requirements.Suite.DefaultSignatureKeyDerivationLength);
        if (Encrypts)
        {
            (Encryption, _encryption) = Derive(source, ids, random, Requirements.Suite.DefaultEncryptionKeyDerivationLength);
        }
    }

    /// <summary>Uses keys that an earlier message derived.</summary>
    protected void Use(SessionDerivedKey signing, SessionDerivedKey encryption)
    {
        (Signing, _signing) = (signing.Key, (signing.Id, signing.Nonce, signing));
        (Encryption, _encryption) = (encryption.Key, (encryption.Id, encryption.Nonce, encryption));
    }

    private void ReferToEncryptionKey(PooledBytes output) => Refer(output, _encryption.Id);

    private void Refer(PooledBytes output, string derivedId)
    {
        if (Requirements.DerivedKeys)
        {
            ReferToDerived(output, derivedId);
        }
        else
        {
            ReferToSource(output);
        }
    }

    private void WriteDerived(PooledBytes output, SymmetricKey key, (string Id, byte[] Nonce, SessionDerivedKey? Kept) derived)
    {
        if (derived.Kept?.Element is { } written)
        {
            output.Write(written);
            return;
        }

        var start = output.Length;
        TokenWriter.StartDerivedKeyToken(output, derived.Id, Requirements.Protocol, Requirements.Suite.KeyDerivation);
        ReferToSource(output);
        TokenWriter.EndDerivedKeyToken(output, key.Length, derived.Nonce, Requirements.Protocol);
        if (derived.Kept is { } kept && Requirements.Role.IsRequest)
        {
            kept.Element = output.Span[start..].ToArray();
        }
    }

    private (SymmetricKey, (string, byte[], SessionDerivedKey?)) Derive(SymmetricKey source, IdAllocator ids, RandomSource random, int bits)
    {
        var (key, nonce) = DeriveFresh(source, bits, random);
        (_owned ??= []).Add(key);
        return (key, (ids.Next(), nonce, null));
    }
}
