using System.Security.Claims;
using System.Xml;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore;

/// <summary>
/// A verified request, as a <see cref="SecureConversationRequestDelegate"/> sees it. Valid until the task of the delegate ends.
/// </summary>
public sealed class SecureConversationContext
{
    private readonly ISecureConversationFeature _feature;

    internal SecureConversationContext(HttpContext httpContext, ISecureConversationFeature feature)
    {
        HttpContext = httpContext;
        _feature = feature;
    }

    /// <summary>
    /// The HTTP exchange. Its request still has the protected body, and headers that are not signed: anybody on the way can have written
    /// them.
    /// </summary>
    public HttpContext HttpContext { get; }

    /// <summary>The verified request with all that is known of it.</summary>
    public VerifiedMessage Message => _feature.Message;

    /// <summary>
    /// a:Action, signed: what to dispatch on. Null when the request has none; a MessageVersion without addressing signs no
    /// action, and what HTTP says instead proves nothing: dispatch on the body.
    /// </summary>
    public string? Action => Message.Action;

    /// <summary>
    /// The plain envelope in UTF-8, with the header blocks that were signed. Cleared after the request: copy what outlives it.
    /// </summary>
    public ReadOnlyMemory<byte> Envelope => Message.Envelope;

    /// <summary>Who sent the request; in a session who opened it.</summary>
    public ClaimsPrincipal User => HttpContext.User;

    /// <summary>The session with its items; null outside sessions.</summary>
    public ServiceSession? Session => _feature.Session;

    /// <summary>Which parts of the request were signed and encrypted, with what.</summary>
    public MessageProtection Protection => _feature.Protection;

    /// <summary>The version of the request, and of the reply to be.</summary>
    public MessageVersion MessageVersion => _feature.MessageVersion;

    /// <summary>Services of this request.</summary>
    public IServiceProvider RequestServices => HttpContext.RequestServices;

    /// <summary>
    /// Cancelled when the client has gone; in a reliable session when the session has ended, since a repetition of the request gets the
    /// reply.
    /// </summary>
    public CancellationToken RequestAborted => HttpContext.RequestAborted;

    /// <summary>
    /// A reader on the first element or text in s:Body, for serializers; on an end tag when the body has no content. White space before the
    /// content is skipped. Valid as long as this context.
    /// </summary>
    public XmlDictionaryReader CreateBodyReader() => BodyReader.Create(Envelope);
}
