using SecureConversation.Credentials;

namespace SecureConversation.Engine.Roles;

/// <summary>How long a client keeps tokens.</summary>
/// <param name="Keeps">Whether at all.</param>
/// <param name="Percentage">The part of its life after which another one is asked for.</param>
/// <param name="Longest">How long at most.</param>
internal readonly record struct TokenReuse(bool Keeps, int Percentage, TimeSpan Longest);

/// <summary>
/// The place of one token that a client gets for a service. Of all calls that find it empty or due one asks for it, and the others wait for
/// the same answer: who gives up waiting ends his own call, and the question only when nobody waits any more.
/// </summary>
internal abstract class TokenSlot<T> : IDisposable
    where T : class, IKeptToken<T>
{
    // A token that is still good serves when no other one can be had; it is tried again after a tenth of the time that it has left, or of
    // the longest time of use where that is shorter: a token may have no end.
    private const int TriesOfTheRest = 10;

    private readonly Lock _gate = new();
    private readonly TokenReuse _reuse;
    private readonly TimeProvider _clock;
    private T? _token;
    private DateTimeOffset _reuseUntil = DateTimeOffset.MinValue;
    private Flight? _flight;
    private bool _isInherited;
    private bool _isDisposed;

    /// <param name="reuse">How long tokens are kept.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="first">
    /// A token that earlier credentials got; null for none. The slot disposes of it. It serves messages that are being made, and never in
    /// the place of one that the credentials of today do not get: it may be that of another user.
    /// </param>
    protected TokenSlot(TokenReuse reuse, TimeProvider clock, T? first)
    {
        (_reuse, _clock, _token, _isInherited) = (reuse, clock, first, first is not null);
        Since = clock.GetTimestamp();
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
                Since = _clock.GetTimestamp();
                return _token is null || _clock.GetUtcNow() >= _reuseUntil;
            }
        }
    }

    /// <summary>Shares the token; null when there is none.</summary>
    public T? TryShare()
    {
        lock (_gate)
        {
            return _token?.Share();
        }
    }

    /// <param name="get">Asks the provider.</param>
    /// <param name="service">For which service.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="Exception">There is no token.</exception>
    public async ValueTask EnsureAsync(
        Func<CancellationToken, ValueTask<T>> get, Uri service, CancellationToken cancellationToken)
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

    /// <summary>The token serves no more messages that are made from now on: the service has forgotten it.</summary>
    /// <param name="isForgotten">Whether that is the one: another one may have taken its place by now.</param>
    public void GiveUp(Predicate<T> isForgotten)
    {
        lock (_gate)
        {
            if (_token is not null && isForgotten(_token))
            {
                _token.Dispose();
                _token = null;
            }
        }
    }

    /// <summary>Notes that a token came.</summary>
    protected abstract void Got(Uri service, T token);

    /// <summary>Notes that no other token came, and the one that is there goes on until it is over.</summary>
    protected abstract void NotReplaced(Uri service, DateTimeOffset until, Exception exception);

    /// <summary>What those who wait get when there is no token.</summary>
    protected abstract Exception Missing(Uri service, Exception exception);

    private Task Start(Flight flight, Func<CancellationToken, ValueTask<T>> get, Uri service)
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

    private async Task FlyAsync(Flight flight, Func<CancellationToken, ValueTask<T>> get, Uri service)
    {
        try
        {
            var token = await get(flight.Stop.Token).ConfigureAwait(false);
            using var shared = token.Share();
            Take(flight, token);
            Got(service, shared);
        }
        catch (Exception e)
        {
            if (End(flight) is not { } until)
            {
                var missing = Missing(service, e);
                if (missing == e)
                {
                    throw;
                }

                throw missing;
            }

            if (!flight.Stop.IsCancellationRequested)
            {
                NotReplaced(service, until, e);
            }
        }
    }

    private void Take(Flight flight, T token)
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
            var now = _clock.GetUtcNow();
            if (!_reuse.Keeps || _isInherited || _token is not { } token || now >= token.ValidTo)
            {
                return null;
            }

            _reuseUntil = now + (InUse(token.ValidTo - now) / TriesOfTheRest);
            return token.ValidTo;
        }
    }

    /// <summary>A part of the life that the token has left, as it came: the clock of the issuer may be another one.</summary>
    private DateTimeOffset ReuseUntil(T token)
    {
        if (!_reuse.Keeps)
        {
            return DateTimeOffset.MinValue;
        }

        var now = _clock.GetUtcNow();
        var left = token.ValidTo - (token.ValidFrom > now ? token.ValidFrom : now);
        var part = InUse(left > TimeSpan.Zero ? left / 100 * _reuse.Percentage : TimeSpan.Zero);
        return part < DateTimeOffset.MaxValue - now ? now + part : DateTimeOffset.MaxValue;
    }

    private TimeSpan InUse(TimeSpan time) => time < _reuse.Longest ? time : _reuse.Longest;

    /// <summary>One question to the provider, and how many wait for its answer.</summary>
    private sealed class Flight
    {
        public CancellationTokenSource Stop { get; } = new();
        public int Waiting { get; set; }
        public Task? Task { get; set; }
    }
}
