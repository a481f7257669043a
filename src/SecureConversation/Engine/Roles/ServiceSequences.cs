using System.Collections.Concurrent;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The sequences of a service, by their security session, which has one and no other after it: so nobody fills the memory with them. A
/// sweep ends those that are not used.
/// </summary>
internal sealed class ServiceSequences : IDisposable
{
    private readonly ConcurrentDictionary<ServiceSession, Entry> _entries = new();
    private readonly ReliableSessionBindingElement _settings;
    private readonly EngineEnvironment _environment;
    private readonly RmNames _names;
    private readonly FairBytes _room;
    private readonly ITimer _sweep;
    private int _open;

    public ServiceSequences(ReliableSessionBindingElement settings, long maxKeptReplyBytes, EngineEnvironment environment)
    {
        (_settings, _environment, _names) = (settings, environment, RmNames.Of(settings.ReliableMessagingVersion));
        _room = new FairBytes(maxKeptReplyBytes, nameof(MessageSecurityServiceOptions.MaxKeptReplyBytes), environment.Clock);
        var period = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, _settings.InactivityTimeout.Ticks / 2));
        _sweep = environment.Clock.CreateTimer(static self => ((ServiceSequences)self!).Sweep(), this, period, period);
        SequenceCounts.Add(this, environment.Telemetry, () => Volatile.Read(ref _open), () => _room.Taken);
    }

    /// <summary>The sequence of a session, also one that is over; null for none.</summary>
    public ServiceSequence? Find(ServiceSession session) => _entries.TryGetValue(session, out var entry) ? entry.Sequence : null;

    /// <summary>
    /// The sequence that a client opens: a new one, or for a repeated request the same; null where the session has another.
    /// </summary>
    public ServiceSequence? Open(ServiceSession session, string offer)
    {
        var made = new Entry(session, new ServiceSequence(
            UniqueIds.NextUrn(_environment.Random), offer, _settings, _names, _environment.Clock, _room, session.HeldBy)
        {
            MadeRoom = () => Report(session),
        });
        var entry = _entries.GetOrAdd(session, made);
        if (entry == made)
        {
            Interlocked.Increment(ref _open);
            _environment.Sequences!.Opened(entry.Sequence.Identifier, session.Id);
            // At once where the session has ended meanwhile.
            session.Closed.UnsafeRegister(_ => End(made), null);
        }

        return entry.Sequence.Offer == offer && !entry.Sequence.IsOver ? entry.Sequence : null;
    }

    /// <summary>Logs and counts the end of a sequence, if it has ended and nobody has said so.</summary>
    public void Report(ServiceSession session)
    {
        if (_entries.TryGetValue(session, out var entry))
        {
            Report(entry);
        }
    }

    public void Dispose()
    {
        _sweep.Dispose();
        SequenceCounts.Remove(this);
        foreach (var entry in _entries.Values)
        {
            End(entry);
        }
    }

    private void End(Entry entry)
    {
        entry.Sequence.EndWithSession();
        Report(entry);
        _entries.TryRemove(entry.Session, out _);
    }

    private void Sweep()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Sequence.EndIfInactive();
            Report(entry);
        }
    }

    private void Report(Entry entry)
    {
        if (entry.Sequence.Outcome is { } outcome && entry.TryReport())
        {
            Interlocked.Decrement(ref _open);
            try
            {
                _environment.Sequences!.Ended(entry.Sequence.Identifier, entry.Session.Id, outcome.Reason.ToString(), outcome.Detail,
                    isFailure: outcome.Reason is SequenceEndReason.Faulted or SequenceEndReason.RepliesNotAcknowledged);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A logger that fails ends neither the process by a timer, nor the sweep of others.
            }
        }
    }

    private sealed class Entry(ServiceSession session, ServiceSequence sequence)
    {
        private int _isReported;

        public ServiceSession Session { get; } = session;

        public ServiceSequence Sequence { get; } = sequence;

        public bool TryReport() => Interlocked.Exchange(ref _isReported, 1) == 0;
    }
}
