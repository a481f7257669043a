using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The contexts that a service has negotiated: in its memory (RequireCancellation of the token), where as many as MaxCachedCookies find
/// place and one that is not used makes room for another, as in WCF; or in cookies. No message ends one: it ends when it expires.
/// </summary>
internal sealed class NegotiatedContexts : IDisposable
{
    private readonly BindingMessages _messages;
    private readonly TimeProvider _clock;
    private readonly ContextCache _memory;
    private readonly CookieSessions? _cookies;

    /// <param name="messages">The formats of the element that has the token.</param>
    /// <param name="encoder">Encrypts cookies; not used where the service keeps the contexts.</param>
    /// <param name="endpoint">Whose cookies they are; not used where the service keeps the contexts.</param>
    /// <param name="random">Source of the Ids of derived keys.</param>
    /// <param name="clock">Source of time.</param>
    public NegotiatedContexts(BindingMessages messages, ISecurityStateEncoder? encoder, EndpointScopes? endpoint, RandomSource random,
        TimeProvider clock)
    {
        (_messages, _clock) = (messages, clock);
        var settings = messages.Element.LocalServiceSettings;
        _memory = new ContextCache(settings.MaxCachedCookies, settings.IssuedCookieLifetime, _clock);
        _cookies = NegotiatedTokens.KeepsContext(messages.Element.NegotiatedToken!) ? null
            : new CookieSessions(encoder!, endpoint!, messages, _memory, random, clock);
    }

    /// <summary>Whether the state of a context travels in a cookie.</summary>
    public bool HasCookies => _cookies is not null;

    /// <summary>The cookie of a new context; empty where the service keeps contexts.</summary>
    public ReadOnlySpan<byte> CookieOf(ServiceSession context) => _cookies is null ? default : _cookies.Write(context);

    /// <summary>Takes over a new context.</summary>
    public void Keep(ServiceSession context)
    {
        if (_cookies is null)
        {
            _memory.Add(context);
        }

        // The memory has entered it.
        context.Leave();
    }

    /// <summary>
    /// Finds and enters the context that a message names first. Only verification with its key proves that the message belongs to it.
    /// </summary>
    /// <exception cref="SecurityFailureException">There is none, or it has expired.</exception>
    public EnteredContext Enter(SoapEnvelope wire, Owner sender) =>
        new(this, _cookies is null ? Find(SessionRouter.ReadToken(wire, _messages.Protocol).Identifier) : _cookies.Enter(wire, sender));

    /// <summary>Records the use of a context by a verified message.</summary>
    /// <returns>The context. If it is not the given one, it is entered, too, and the given one is to be left.</returns>
    public ServiceSession Use(ServiceSession context)
    {
        if (_cookies is not null)
        {
            return _cookies.Use(context);
        }

        context.Use();
        return context;
    }

    private ServiceSession Find(string id)
    {
        var context = _memory.Enter(id);
        if (context is not null && context.Expires > _clock.GetUtcNow())
        {
            return context;
        }

        context?.Leave();
        return Fail.With<ServiceSession>(
            context is null ? FailureCode.UnknownContext : FailureCode.ContextKeyExpired, "wsc:SecurityContextToken", id,
            "a context that was negotiated with this instance of the service, and has not made room for another one (MaxCachedCookies)");
    }

    /// <summary>Forgets a context that was for one handshake. Where its state is in a cookie there is nothing to forget.</summary>
    public void Forget(ServiceSession context) => _memory.Remove(context);

    public void Dispose()
    {
        if (_cookies is null)
        {
            _memory.Dispose();
        }

        _cookies?.Dispose();
    }
}
