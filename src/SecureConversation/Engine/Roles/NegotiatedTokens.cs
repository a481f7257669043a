using SecureConversation.Binding;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The contexts that a client has negotiated. Where they protect messages there is one for each service: made before a message needs one,
/// and used until a part of its life is over (CookieRenewalThresholdPercentage). Where they protect the handshakes of sessions each is for
/// one handshake, since a service of WCF forgets it then. Safe for concurrent use.
/// </summary>
internal sealed class NegotiatedTokens
{
    // A client has few services. Beyond that the contexts of the others are given up, and negotiated again when they are needed.
    private const int MostServices = 256;

    // Each is taken at once by the handshake that it was made for; those whose caller gave up are the ones that stay.
    private const int MostForHandshakes = 64;

    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Service, NegotiatedToken Token)> _forHandshakes = [];
    private readonly bool _isForHandshakes;
    private readonly Lock _gate = new();
    private readonly LocalClientSecuritySettings _settings;
    private readonly EngineEnvironment _environment;

    /// <param name="element">The element whose messages need the contexts: that of the bootstrap where there is one.</param>
    /// <param name="isForHandshakes">Whether it is the bootstrap of sessions.</param>
    /// <param name="environment">Clock and log.</param>
    /// <param name="previous">
    /// Those that the client had with earlier credentials; they serve messages that are being made, until others are there.
    /// </param>
    public NegotiatedTokens(
        SecurityBindingElement element, bool isForHandshakes, EngineEnvironment environment, NegotiatedTokens? previous)
    {
        (_settings, _isForHandshakes, _environment) = (element.LocalClientSettings, isForHandshakes, environment);
        if (previous is not null)
        {
            lock (previous._gate)
            {
                // A handshake that is being started has its own by then.
                foreach (var (service, slot) in previous._slots)
                {
                    _slots[service] = new Slot(_settings, environment, slot.TryShare());
                }
            }
        }
    }

    /// <summary>Negotiates a context with a service, if the one that is there will not do.</summary>
    /// <param name="to">The address of the service.</param>
    /// <param name="negotiate">Carries out the negotiation.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SecureConversationException">The service refused, or is not the expected one.</exception>
    public ValueTask EnsureAsync(
        Uri to, Func<CancellationToken, ValueTask<NegotiatedToken>> negotiate, CancellationToken cancellationToken)
    {
        var service = IssuedTokens.ServiceOf(to);
        if (_isForHandshakes)
        {
            return NegotiateAsync(service, negotiate, cancellationToken);
        }

        var slot = SlotOf(service.AbsoluteUri);
        return slot.IsDue ? slot.EnsureAsync(negotiate, service, cancellationToken) : default;
    }

    /// <summary>Shares the context for a message; the caller disposes of it.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public NegotiatedToken Share(string? to)
    {
        var service = IssuedTokens.NameOf(to);
        return (_isForHandshakes ? Take(service) : Find(service)?.TryShare()) ?? throw new InvalidOperationException(
            $"No context was negotiated with '{service}': await MessageSecurityClient.EnsureNegotiatedAsync with the "
            + "address of the service before Secure, StartSession and StartRenewal.");
    }

    /// <summary>
    /// The service says that it does not know a context. Anybody may say so, and it costs no more than another negotiation.
    /// </summary>
    public void GiveUp(string? to, string identifier) =>
        Find(IssuedTokens.NameOf(to))?.GiveUp(token => token.Key.Context.Identifier == identifier);

    private async ValueTask NegotiateAsync(
        Uri service, Func<CancellationToken, ValueTask<NegotiatedToken>> negotiate, CancellationToken cancellationToken)
    {
        var token = await negotiate(cancellationToken).ConfigureAwait(false);
        EngineLog.Negotiated(_environment.Log, service.AbsoluteUri, token.ValidTo.UtcDateTime);
        NegotiatedToken? oldest = null;
        lock (_gate)
        {
            _forHandshakes.AddLast((service.AbsoluteUri, token));
            if (_forHandshakes.Count > MostForHandshakes)
            {
                oldest = _forHandshakes.First!.Value.Token;
                _forHandshakes.RemoveFirst();
            }
        }

        oldest?.Dispose();
    }

    /// <summary>Takes the newest context for a handshake.</summary>
    private NegotiatedToken? Take(string service)
    {
        lock (_gate)
        {
            for (var node = _forHandshakes.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Service == service)
                {
                    _forHandshakes.Remove(node);
                    return node.Value.Token;
                }
            }

            return null;
        }
    }

    private Slot? Find(string service)
    {
        lock (_gate)
        {
            return _slots.GetValueOrDefault(service);
        }
    }

    private Slot SlotOf(string service)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(service, out var slot))
            {
                return slot;
            }

            if (_slots.Count >= MostServices)
            {
                var oldest = _slots.MinBy(pair => pair.Value.Since);
                _slots.Remove(oldest.Key);
                oldest.Value.Dispose();
            }

            return _slots[service] = new Slot(_settings, _environment, first: null);
        }
    }

    private sealed class Slot(LocalClientSecuritySettings settings, EngineEnvironment environment, NegotiatedToken? first)
        : TokenSlot<NegotiatedToken>(
            new(settings.CacheCookies, settings.CookieRenewalThresholdPercentage, settings.MaxCookieCachingTime),
            environment.Clock, first)
    {
        protected override void Got(Uri service, NegotiatedToken token) =>
            EngineLog.Negotiated(environment.Log, service.AbsoluteUri, token.ValidTo.UtcDateTime);

        protected override void NotReplaced(Uri service, DateTimeOffset until, Exception exception) =>
            EngineLog.NotNegotiatedAgain(environment.Log, service.AbsoluteUri, until.UtcDateTime, exception);

        protected override Exception Missing(Uri service, Exception exception) => exception;
    }
}
