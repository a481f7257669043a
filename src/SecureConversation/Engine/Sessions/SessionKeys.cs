using System.Collections.Immutable;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The keys of a session at the side of the service, at one moment. The transitions are pure: each gives the next snapshot, and who makes
/// it puts it in the place of this one, if nobody else has. They are those of WCF (recorded): a renewal adds a pending key; the first
/// message under a pending key makes it the current one, and drops the other pending ones; the previous key is accepted for a while.
/// </summary>
internal sealed record SessionKeys
{
    /// <summary>How many keys may be issued for a session and not used yet, as in WCF.</summary>
    public const int MostPending = 5;

    /// <summary>The key for replies, by which a renewal has to be endorsed.</summary>
    public required SessionKey Current { get; init; }

    /// <summary>The key before the current one; null when there is none.</summary>
    public SessionKey? Previous { get; init; }

    /// <summary>Until when messages under <see cref="Previous"/> are accepted, UTC.</summary>
    public DateTimeOffset PreviousUntil { get; init; }

    /// <summary>The keys that were issued and not used yet, the oldest first.</summary>
    public ImmutableArray<SessionKey> Pending { get; init; } = [];

    /// <summary>Counts the transitions. All instances of a service that share a store agree on it.</summary>
    public long Version { get; init; } = 1;

    public IEnumerable<SessionKey> All => Previous is null ? Pending.Prepend(Current) : Pending.Prepend(Current).Append(Previous);

    /// <summary>The key of an instance under which messages are accepted now; null when there is none.</summary>
    public SessionKey? Find(string? instance, DateTimeOffset now) =>
        Current.Instance == instance ? Current
        : Previous?.Instance == instance ? (now < PreviousUntil ? Previous : null)
        : FindPending(instance);

    public SessionKey? FindPending(string? instance)
    {
        foreach (var key in Pending)
        {
            if (key.Instance == instance)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>
    /// The key for replies to a message under an instance: the current one, also for messages under the previous one. A message that was
    /// verified under a pending key and changed nothing, such as Cancel, is answered under that.
    /// </summary>
    public SessionKey ForReply(string? instance) => FindPending(instance) ?? Current;

    /// <summary>
    /// A renewal issued a key. Pending keys that have expired make room for it. Null when <see cref="MostPending"/> are left.
    /// </summary>
    public SessionKeys? Renewed(SessionKey issued, DateTimeOffset now)
    {
        var pending = Pending.RemoveAll(key => key.IsExpired(now));
        return pending.Length >= MostPending ? null : this with { Pending = pending.Add(issued), Version = Version + 1 };
    }

    /// <summary>A message under the key of an instance was verified. The same object when that changes nothing.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="rollover">How long the key that was current is accepted from now on.</param>
    public SessionKeys Used(string? instance, DateTimeOffset now, TimeSpan rollover) => FindPending(instance) is not { } used ? this : new()
    {
        Current = used,
        Previous = Current,
        PreviousUntil = rollover < DateTimeOffset.MaxValue - now ? now + rollover : DateTimeOffset.MaxValue,
        Version = Version + 1,
    };

    /// <summary>
    /// The same without a previous key that is not accepted any more. It is no transition: each instance finds out by itself.
    /// </summary>
    public SessionKeys WithoutOutdated(DateTimeOffset now) =>
        Previous is not null && now >= PreviousUntil ? this with { Previous = null } : this;
}
