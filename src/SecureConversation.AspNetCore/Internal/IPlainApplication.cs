using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Whatever answers verified requests behind message security.</summary>
internal interface IPlainApplication
{
    /// <param name="context">The exchange; the user and the feature are set.</param>
    /// <param name="feature">The verified request.</param>
    /// <param name="maxReplyBytes">Most bytes of a plain reply.</param>
    Task<PlainReply> RunAsync(HttpContext context, ISecureConversationFeature feature, int maxReplyBytes);
}
