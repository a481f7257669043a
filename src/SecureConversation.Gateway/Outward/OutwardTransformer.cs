using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Outward;

/// <summary>What passes of HTTP: the address is that of the settings, and headers are those of the lists.</summary>
internal sealed class OutwardTransformer(OutwardSettings settings) : RouteTransformer(settings)
{
    private readonly FrozenSet<string> _oneWay = settings.OneWayActions.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> _idempotent = settings.IdempotentActions.ToFrozenSet(StringComparer.Ordinal);

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        Prepare(httpContext, proxyRequest);
        var message = httpContext.Features.GetRequiredFeature<PlainMessage>();
        var content = proxyRequest.Content ?? throw new InvalidOperationException("The request has no content.");
        content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, message.ContentType);
        if (message.Action is { } action)
        {
            if (message.IsSoap11)
            {
                proxyRequest.Headers.TryAddWithoutValidation("SOAPAction", $"\"{action}\"");
            }

            proxyRequest.Options.Set(SecureConversationRequestOptions.OneWay, _oneWay.Contains(action));
        }

        proxyRequest.Options.Set(SecureConversationRequestOptions.Idempotent,
            _idempotent.Contains("*") || (message.Action is { } named && _idempotent.Contains(named)));
        proxyRequest.Options.Set(PlainReplies.WithoutAddressing, !message.HasAddressing);
        return default;
    }
}
