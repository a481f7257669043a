using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Soap;

namespace SecureConversation.Gateway.Inward;

/// <summary>
/// What passes of HTTP: the address is that of the settings, headers are those of the lists, and who the client is comes from message
/// security and nothing else.
/// </summary>
internal sealed class InwardTransformer(InwardSettings settings, IdentitySettings identity, IdentityTokens? tokens)
    : RouteTransformer(settings)
{
    private const string ClientCert = "Client-Cert";

    private readonly FrozenDictionary<string, string> _replyActions =
        settings.ReplyActions.DistinctBy(pair => pair.Action).ToFrozenDictionary(pair => pair.Action, pair => pair.ReplyAction);

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var feature = httpContext.Features.GetRequiredFeature<ISecureConversationFeature>();
        Prepare(httpContext, proxyRequest);
        AddAction(httpContext.Request, feature.MessageVersion, proxyRequest);
        if (feature.Message.Action is { } action)
        {
            proxyRequest.Options.Set(AddressedReplies.ReplyAction, _replyActions.GetValueOrDefault(action, action + "Response"));
        }

        AddIdentity(feature, proxyRequest);
        return default;
    }

    // With WS-Addressing this is the signed action, which message security has written here. Without, nobody has signed it: one alone
    // passes, because plain services dispatch on it, and of several none, because two readers would take different ones.
    private static void AddAction(HttpRequest request, MessageVersion version, HttpRequestMessage forwarded)
    {
        forwarded.Content?.Headers.TryAddWithoutValidation(HeaderNames.ContentType, HttpAction.TypeWithOne(request.ContentType));
        if (version.Soap == SoapVersion.Soap11 && HttpAction.One(request.Headers[HttpAction.Header]) is { } action)
        {
            forwarded.Headers.TryAddWithoutValidation(HttpAction.Header, action);
        }
    }

    /// <summary>Sets the headers that say who the client is. What the client has sent under these names did not get here.</summary>
    private void AddIdentity(ISecureConversationFeature feature, HttpRequestMessage request)
    {
        var certificate = feature.Session is { } session ? session.ClientCertificate : feature.Message.SenderCertificate;
        switch (settings.Identity)
        {
            case IdentityForm.Jwt when feature.User.Identity is { IsAuthenticated: true, Name.Length: > 0 }:
                var token = tokens!.Create(feature.User, certificate, feature.Session);
                Set(request, identity.Header, identity.Header.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase)
                    ? $"Bearer {token}" : token);
                break;
            case IdentityForm.ClientCert when certificate is not null:
                // RFC 9440 section 2.2: the certificate as a byte sequence of RFC 8941.
                Set(request, ClientCert, $":{Convert.ToBase64String(certificate.RawDataMemory.Span)}:");
                break;
        }

        if (settings.SessionHeader is { } name && feature.SessionId is { } id && id.All(c => c is > ' ' and < '\x7F'))
        {
            Set(request, name, id);
        }
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
