using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>No keys: the transport protects the message, and its tokens sign with their own.</summary>
internal sealed class TransportSendKeys(MessageRequirements requirements) : SendKeys(requirements)
{
    public override Action<PooledBytes>? EncryptionReference => null;

    public override void WriteSource(PooledBytes output)
    {
    }

    public override void WriteEncryptionToken(PooledBytes output, List<string> references)
    {
    }

    public override void ReferToSigningKey(PooledBytes output) =>
        throw new NotSupportedException("Where the transport protects messages, there is no primary signature.");

    public override void Dispose()
    {
    }

    protected override void Resolve(IdAllocator ids, RandomSource random)
    {
    }
}
