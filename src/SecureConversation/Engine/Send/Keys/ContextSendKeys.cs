using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of a message of a session: the key of the context, or two keys that the session derived from it once. A client
/// sends the context token along; a service refers to the context by its URI.
/// </summary>
internal sealed class ContextSendKeys(SessionSendKeys session, MessageRequirements requirements) : SymmetricSendKeys(requirements)
{
    public override string? SourceId => session.TokenId;

    public override void WriteSource(PooledBytes output) => output.Write(session.TokenXml.Span);

    protected override void Resolve(IdAllocator ids, RandomSource random)
    {
        if (session is { Signing: { } signing, Encryption: { } encryption })
        {
            Use(signing, encryption);
        }
        else
        {
            (Signing, Encryption) = (session.Context.Key, session.Context.Key);
        }
    }

    protected override void ReferToSource(PooledBytes output)
    {
        if (session.TokenId is { } id)
        {
            TokenWriter.LocalReference(output, id, Bsp(Requirements.Protocol.SctTokenType));
        }
        else
        {
            TokenWriter.ContextReference(output, session.Context.Identifier, session.Context.Instance, Requirements.Protocol);
        }
    }
}
