using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Lets one caller at a time do what all of them need. Who waits synchronously holds his own thread only.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nothing asks for the wait handle, which is all that there is to dispose of.")]
internal sealed class Turn
{
    // Timers take no more than 24 days, and a timeout may be longer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _free = new(1, 1);

    /// <summary>Waits for the turn, which ends when the result is disposed of.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task<IDisposable> EnterAsync(Deadline deadline, bool isAsync)
    {
        var time = deadline.Remaining < Longest ? deadline.Remaining : Longest;
        var isEntered = isAsync ? await _free.WaitAsync(time).ConfigureAwait(false) : _free.Wait(time);
        return isEntered ? new Held(_free) : throw new TimeoutException($"No session was open within {deadline.Timeout}.");
    }

    /// <summary>The turn if nobody has it; else null.</summary>
    public IDisposable? TryEnter() => _free.Wait(0) ? new Held(_free) : null;

    private sealed class Held(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
