namespace SecureConversation.ServiceModel.Internal;

/// <summary>Counts the calls of a channel, so that it can close after the last one.</summary>
internal sealed class PendingCalls
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly UseCount _calls;

    public PendingCalls() => _calls = new UseCount(_idle.SetResult);

    /// <summary>Counts a call in, which leaves later. False when the channel has closed.</summary>
    public bool TryEnter() => _calls.TryEnter();

    public void Leave() => _calls.Leave();

    /// <summary>Completes when no call is under way. The one who closes the channel calls it, once.</summary>
    /// <exception cref="TimeoutException">Calls did not end in time.</exception>
    public async Task DrainAsync(Deadline deadline)
    {
        Leave();
        try
        {
            // Timers take no more than 49 days, and a timeout may be longer: after a day there is no end to wait for.
            await (deadline.Remaining > TimeSpan.FromDays(1) ? _idle.Task : _idle.Task.WaitAsync(deadline.Remaining)).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Calls on the channel did not end within {deadline.Timeout}; it cannot be closed before.", e);
        }
    }
}
