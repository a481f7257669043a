using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>A component of the HTTP pipeline that speaks plain SOAP: an endpoint, a SOAP middleware, a reverse proxy.</summary>
internal sealed class PipelineApplication(RequestDelegate next) : IPlainApplication
{
    public async Task<PlainReply> RunAsync(HttpContext context, ISecureConversationFeature feature, int maxReplyBytes)
    {
        using var exchange = PlainExchange.Begin(context, feature, maxReplyBytes);
        await next(context).ConfigureAwait(false);
        return exchange.TakeReply();
    }
}
