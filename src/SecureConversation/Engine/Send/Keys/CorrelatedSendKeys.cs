using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>The keys of a reply under a symmetric binding: it names the key of its request by EncryptedKeySHA1, without a token.</summary>
internal sealed class CorrelatedSendKeys(
    SenderToken.CorrelatedKey token,
    MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    public override void WriteSource(PooledBytes output)
    {
    }

    protected override void Resolve(IdAllocator ids, RandomSource random) => DeriveOrUse(token.Key, ids, random);

    protected override void ReferToSource(PooledBytes output) =>
        TokenWriter.EncryptedKeySha1Reference(output, token.EncryptedKeySha1, Requirements.BspAttributes);
}
