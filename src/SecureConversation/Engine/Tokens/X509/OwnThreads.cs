using System.Diagnostics.CodeAnalysis;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Runs work that waits for the network and cannot do so asynchronously, a few at once, each on a thread of its own. So the threads of
/// the pool, which serve all requests, wait for nobody. Work beyond that waits without a thread, and beyond a limit it is refused.
/// </summary>
/// <param name="limit">How much runs at once.</param>
/// <param name="maxWaiting">How much more may wait.</param>
/// <param name="name">What the log calls the limit.</param>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process. Nobody asks for the wait handle of the semaphore.")]
internal sealed class OwnThreads(int limit, int maxWaiting, string name)
{
    private const TaskCreationOptions OwnThread =
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously;

    private readonly SemaphoreSlim _free = new(limit);
    private int _count;

    /// <summary>Runs the work and gives its result.</summary>
    /// <param name="work">The work, which nothing interrupts.</param>
    /// <param name="cancellationToken">Ends the wait for a thread.</param>
    /// <exception cref="SecurityFailureException">Too much waits already.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > limit + maxWaiting)
        {
            Interlocked.Decrement(ref _count);
            return Fail.With<T>(FailureCode.ServiceTooBusy, name);
        }

        try
        {
            await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // Whoever waits for the result goes on elsewhere, or a request would be served on this thread.
                return await Task.Factory.StartNew(
                    work, CancellationToken.None, OwnThread, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                _free.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
