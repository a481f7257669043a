using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>A delegate that takes verified requests.</summary>
internal sealed class DelegateApplication(SecureConversationRequestDelegate handler) : IPlainApplication
{
    public async Task<PlainReply> RunAsync(HttpContext context, ISecureConversationFeature feature, int maxReplyBytes)
    {
        var reply = await handler(new SecureConversationContext(context, feature)).ConfigureAwait(false)
            ?? throw new InvalidOperationException("The handler returned null: return SoapReply.None for no reply.");
        return reply.Create(feature.MessageVersion, maxReplyBytes);
    }
}
