namespace SecureConversation.Engine.Quota;

/// <summary>
/// A limited number of places, shared by the rule of <see cref="FairShare"/>, for which one waits. Those who wait come in turn by network
/// and owner, and those whose share is full hold up nobody else.
/// </summary>
/// <param name="limit">How many places there are.</param>
/// <param name="setting">The setting that says so.</param>
internal sealed class FairPlaces(int limit, string setting)
{
    private readonly Lock _lock = new();
    private readonly FairQuota _places = new(limit, setting);
    private readonly WaitingLine<TaskCompletionSource> _line = new();

    /// <summary>How many places are taken.</summary>
    public int Taken => _places.Taken;

    /// <summary>Waits for a place, which is given back by <see cref="Release"/>.</summary>
    /// <param name="owner">Who wants it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask TakeAsync(Owner owner, CancellationToken cancellationToken)
    {
        // Whoever gives a place back must not do the work of the next one.
        TaskCompletionSource waiting;
        WaitingLine<TaskCompletionSource>.Place place;
        lock (_lock)
        {
            if (_places.TryTake(owner) is null)
            {
                return;
            }

            waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            place = _line.Add(owner, waiting);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            (_, token) => GiveUp(place, waiting, token), null).ConfigureAwait(false);
        await waiting.Task.ConfigureAwait(false);
    }

    /// <summary>Gives a place back, and the free ones to those who wait.</summary>
    /// <param name="owner">Who took it.</param>
    public void Release(Owner owner)
    {
        lock (_lock)
        {
            _places.Release(owner);
            while (_places.Taken < limit && _line.TryTakeNext(next => _places.TryTake(next) is null, out var waiting))
            {
                waiting.SetResult();
            }
        }
    }

    private void GiveUp(WaitingLine<TaskCompletionSource>.Place place, TaskCompletionSource waiting, CancellationToken token)
    {
        lock (_lock)
        {
            if (!_line.Remove(place))
            {
                return;
            }
        }

        waiting.TrySetCanceled(token);
    }
}
