using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>A reply of a symmetric binding: the key of its request, by EncryptedKeySHA1. Nothing travels.</summary>
internal sealed class CorrelatedSendKeys(SenderToken.CorrelatedKey token, MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    public override void WriteSource(PooledBytes output)
    {
    }

    protected override void Resolve(IdAllocator ids, RandomSource random) => DeriveOrUse(token.Key, ids, random);

    protected override void ReferToSource(PooledBytes output) =>
        TokenWriter.EncryptedKeySha1Reference(output, token.EncryptedKeySha1, Requirements.BspAttributes);
}
