using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of a request that an issued token protects: the proof key of the token, which travels as its issuer wrote it, or two keys that
/// are derived from it.
/// </summary>
internal sealed class IssuedSendKeys(IssuedSecurityToken token, MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    public override string? SourceId => token.Xml.Id;

    public override void WriteSource(PooledBytes output) => output.Write(token.TokenXml.Span);

    protected override void Resolve(IdAllocator ids, RandomSource random) => DeriveOrUse(token.Key!, ids, random);

    protected override void ReferToSource(PooledBytes output) => token.WriteAttachedReference(output, Requirements.IsWss11);
}

/// <summary>The keys of the reply to such a request, which names the token and does not repeat it.</summary>
internal sealed class IssuedReplySendKeys(SenderToken.IssuedReply token, MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    public override void WriteSource(PooledBytes output)
    {
    }

    protected override void Resolve(IdAllocator ids, RandomSource random) => DeriveOrUse(token.Key, ids, random);

    protected override void ReferToSource(PooledBytes output) => token.Reference(output);
}
