using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// One request of a sequence and its reply, which is kept until the client acknowledges it. It changes under the lock of its sequence.
/// </summary>
internal sealed class ServiceExchange(long number, bool isLast, Task predecessor)
{
    // As many as WCF sends again by default.
    private const int MostWaiting = 8;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TaskCompletionSource> _waiting = [];
    private PooledBytes? _reply;
    private int _users;

    public long Number { get; } = number;

    /// <summary>Whether it ends the sequence (February 2005).</summary>
    public bool IsLast { get; } = isLast;

    /// <summary>Completed when the request may go to the application.</summary>
    public Task Predecessor { get; } = predecessor;

    /// <summary>Completed when the reply is there, or it is known that there is none.</summary>
    public Task Done => _done.Task;

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>The number of the reply; 0 for none.</summary>
    public long ReplyNumber { get; set; }

    /// <summary>The memory that the reply takes that is kept; 0 for none.</summary>
    public int Bytes => _reply?.Capacity ?? 0;

    /// <summary>
    /// A repetition of the request waits for the reply until <see cref="StopWaiting"/>. Where too many do, the oldest waits no more:
    /// its connection may be one that nobody hears any more.
    /// </summary>
    public Repetition Wait()
    {
        if (!IsDone && _waiting.Count == MostWaiting)
        {
            _waiting[0].TrySetResult();
            _waiting.RemoveAt(0);
        }

        var displaced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!IsDone)
        {
            _waiting.Add(displaced);
        }

        return new(this, displaced);
    }

    public void StopWaiting(Repetition repetition) => _waiting.Remove(repetition.Displaced);

    /// <summary>The room that the reply takes; null where none is kept.</summary>
    public BytePiece? Room { get; private set; }

    /// <summary>Keeps the plain reply with its header blocks.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="taken">The room that it takes; null where the share of the sequence is over.</param>
    public void Keep(PooledBytes reply, BytePiece? taken) => (_reply, Room) = (reply, taken);

    /// <summary>The reply, which stays until <see cref="Leave"/>; null where there is none any more.</summary>
    public PooledBytes? Enter()
    {
        if (_reply is not null)
        {
            _users++;
        }

        return _reply;
    }

    /// <summary>Gives back what <see cref="Enter"/> gave.</summary>
    public void Leave(PooledBytes reply)
    {
        if (--_users == 0 && _reply is null)
        {
            reply.Dispose();
        }
    }

    /// <summary>Drops the reply, and clears it as soon as nobody writes it.</summary>
    public void Drop()
    {
        if (_users == 0)
        {
            _reply?.Dispose();
        }

        (_reply, Room) = (null, null);
    }

    public void Finish() => _done.TrySetResult();
}

/// <summary>A repeated request that waits for the reply to the first.</summary>
/// <param name="Exchange">The exchange of the first.</param>
/// <param name="Displaced">Completed when a later one waits in its place.</param>
internal sealed record Repetition(ServiceExchange Exchange, TaskCompletionSource Displaced);
