using SecureConversation.Credentials;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The place of one issued token. Of all calls that find it empty or due one asks the provider, and the others wait for the same answer:
/// who gives up waiting ends his own call, and the question only when nobody waits any more.
/// </summary>
internal sealed class IssuedTokenSlot : IDisposable
{
    // A token that is still good serves when no other one can be had; it is tried again after a tenth of the time that it has left, or of
    // the longest time of use where that is shorter: a token may have no end.
    private const int TriesOfTheRest = 10;

    private readonly Lock _gate = new();
    private readonly IssuedTokenClientCredential _settings;
    private readonly EngineEnvironment _environment;
    private IssuedSecurityToken? _token;
    private DateTimeOffset _reuseUntil = DateTimeOffset.MinValue;
    private Flight? _flight;
    private bool _isInherited;
    private bool _isDisposed;

    /// <param name="settings">How long tokens are kept.</param>
    /// <param name="environment">Clock and log.</param>
    /// <param name="first">
    /// A token that earlier credentials got; null for none. The slot disposes of it. It serves messages that are being made, and never in
    /// the place of one that the credentials of today do not get: it may be that of another user.
    /// </param>
    public IssuedTokenSlot(IssuedTokenClientCredential settings, EngineEnvironment environment, IssuedSecurityToken? first)
    {
        (_settings, _environment, _token, _isInherited) = (settings, environment, first, first is not null);
        Since = environment.Clock.GetTimestamp();
    }

    /// <summary>When it was asked last, by the clock of the environment.</summary>
    public long Since { get; private set; }

    /// <summary>Whether a token has to be had before the next message.</summary>
    public bool IsDue
    {
        get
        {
            lock (_gate)
            {
                Since = _environment.Clock.GetTimestamp();
                return _token is null || _environment.Clock.GetUtcNow() >= _reuseUntil;
            }
        }
    }

    /// <summary>Shares the token; null when there is none.</summary>
    public IssuedSecurityToken? TryShare()
    {
        lock (_gate)
        {
            return _token?.Share();
        }
    }

    /// <param name="get">Asks the provider.</param>
    /// <param name="service">For which service.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IssuedTokenException">There is no token.</exception>
    public async ValueTask EnsureAsync(
        Func<CancellationToken, ValueTask<IssuedSecurityToken>> get, Uri service, CancellationToken cancellationToken)
    {
        Flight flight;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            flight = _flight ??= new Flight();
            flight.Waiting++;
            flight.Task ??= Start(flight, get, service);
        }

        try
        {
            await flight.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(flight);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _token?.Dispose();
            _token = null;
            _flight?.Stop.Cancel();
        }
    }

    private Task Start(Flight flight, Func<CancellationToken, ValueTask<IssuedSecurityToken>> get, Uri service)
    {
        var task = Task.Run(() => FlyAsync(flight, get, service), CancellationToken.None);

        // Observes an exception: nobody may be waiting any more.
        _ = task.ContinueWith(
            static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return task;
    }

    private void Leave(Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting == 0 && _flight == flight)
            {
                // The next call asks anew: this question is not answered any more.
                _flight = null;
                flight.Stop.Cancel();
            }
        }
    }

    private async Task FlyAsync(Flight flight, Func<CancellationToken, ValueTask<IssuedSecurityToken>> get, Uri service)
    {
        try
        {
            var token = await get(flight.Stop.Token).ConfigureAwait(false);
            var (type, validTo) = (token.KeyType, token.ValidTo);
            Take(flight, token);
            EngineLog.TokenIssued(_environment.Log, service.AbsoluteUri, type.ToString(), validTo.UtcDateTime);
        }
        catch (Exception e)
        {
            if (End(flight) is not { } until)
            {
                throw new IssuedTokenException($"There is no issued token for '{service}': {e.Message}",
                    e is IssuedTokenException { InnerException: { } cause } ? cause : e);
            }

            if (!flight.Stop.IsCancellationRequested)
            {
                EngineLog.TokenNotRenewed(_environment.Log, service.AbsoluteUri, until.UtcDateTime, e);
            }
        }
    }

    private void Take(Flight flight, IssuedSecurityToken token)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                token.Dispose();
            }
            else
            {
                _token?.Dispose();
                (_token, _isInherited) = (token, false);
                _reuseUntil = ReuseUntil(token);
            }

            _flight = _flight == flight ? null : _flight;
        }
    }

    /// <summary>Ends a question without an answer. When there is a token that is still valid, says until when.</summary>
    private DateTimeOffset? End(Flight flight)
    {
        lock (_gate)
        {
            if (_flight != flight)
            {
                // All who asked have given up, which says nothing of the issuer: the next call asks.
                return null;
            }

            _flight = null;
            var now = _environment.Clock.GetUtcNow();
            if (!_settings.CacheIssuedTokens || _isInherited || _token is not { } token || now >= token.ValidTo)
            {
                return null;
            }

            _reuseUntil = now + (InUse(token.ValidTo - now) / TriesOfTheRest);
            return token.ValidTo;
        }
    }

    /// <summary>A part of the life that the token has left, as it came: the clock of the issuer may be another one.</summary>
    private DateTimeOffset ReuseUntil(IssuedSecurityToken token)
    {
        if (!_settings.CacheIssuedTokens)
        {
            return DateTimeOffset.MinValue;
        }

        var now = _environment.Clock.GetUtcNow();
        var left = token.ValidTo - (token.ValidFrom > now ? token.ValidFrom : now);
        var part = InUse(left > TimeSpan.Zero ? left / 100 * _settings.IssuedTokenRenewalThresholdPercentage : TimeSpan.Zero);
        return part < DateTimeOffset.MaxValue - now ? now + part : DateTimeOffset.MaxValue;
    }

    private TimeSpan InUse(TimeSpan time) => time < _settings.MaxIssuedTokenCachingTime ? time : _settings.MaxIssuedTokenCachingTime;

    /// <summary>One question to the provider, and how many wait for its answer.</summary>
    private sealed class Flight
    {
        public CancellationTokenSource Stop { get; } = new();
        public int Waiting { get; set; }
        public Task? Task { get; set; }
    }
}
