namespace SecureConversation.ServiceModel.Internal;

/// <summary>Counts the calls of a channel, so that it can close after the last one.</summary>
internal sealed class PendingCalls
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count = 1;

    public void Enter() => Interlocked.Increment(ref _count);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _idle.TrySetResult();
        }
    }

    /// <summary>Completes when no call is under way. For the one who closes the channel to further calls.</summary>
    public async Task DrainAsync(Deadline deadline)
    {
        Leave();
        try
        {
            // Longer than a timer takes is as good as no end.
            await (deadline.Remaining > TimeSpan.FromDays(1) ? _idle.Task : _idle.Task.WaitAsync(deadline.Remaining)).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Calls on the channel did not end within {deadline.Timeout}; it cannot be closed before.", e);
        }
    }
}
