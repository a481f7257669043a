using System.Net;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// The bytes of requests, and of replies on their way, that are held at a time. Nothing is known of the senders, so their number alone must
/// not make the process run out of memory. The beginning of each does not count: small ones pass while large ones have to wait.
/// </summary>
/// <remarks>
/// As long as there is room, anybody gets it. When there is none left, whoever asks gets it from those who hold more than he would: the
/// slowest of the bodies that are still arriving, or of the replies that are still being read, is given up, of the largest network and in
/// it of the largest sender. So one address cannot shut out others, however slowly it sends or reads. What is worked on cannot be given up:
/// of that, one network has at most three times what is left (Choudhury and Hahne, Dynamic Queue Length Thresholds, 1998), so there is
/// always some left for the next.
/// </remarks>
/// <param name="limit">The most bytes beyond the beginnings.</param>
/// <param name="clock">Source of time.</param>
internal sealed class RequestMemory(long limit, TimeProvider clock)
{
    /// <summary>Bytes of each request and of each reply that do not count.</summary>
    public const int Uncounted = 64 * 1024;

    private const int ShareOfRest = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Holder> _networks = new(StringComparer.Ordinal);
    private long _taken;
    private long _completed;

    /// <summary>A fourth of what the process may use: the engine holds a large message two or three times.</summary>
    public static long Default => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>How many bytes are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>A request or reply that holds nothing yet.</summary>
    /// <param name="remote">The address of the sender; null when it is not known.</param>
    /// <param name="giveUp">Called once, from another request, when this one is given up in favour of that one.</param>
    public Holding Begin(IPAddress? remote, Action giveUp) => new(remote, clock.GetTimestamp(), giveUp);

    /// <summary>
    /// Notes that the body of a request is complete: it is worked on now, and not given up. False when it was before, or when others of
    /// its network take the share of those.
    /// </summary>
    public bool TryComplete(Holding holding)
    {
        lock (_lock)
        {
            holding.IsWaiting = false;
            if (holding.Bytes > 0)
            {
                var network = _networks[holding.Network];
                network.Members[holding.Sender].Waiting.Remove(holding);

                // A network that has none may have any one: otherwise some request would never pass.
                holding.IsGivenUp = network.Completed > 0
                    && network.Completed + holding.Bytes > ShareOfRest * (limit - _completed - holding.Bytes);
                if (!holding.IsGivenUp)
                {
                    holding.IsComplete = true;
                    network.Completed += holding.Bytes;
                    _completed += holding.Bytes;
                }
            }

            return !holding.IsGivenUp;
        }
    }

    /// <summary>
    /// Takes bytes for a reply that its receiver does not read at once. It has been made, so it takes no more memory for being counted:
    /// where there is no room, the slowest of those who hold more is given up, or else another one of the same sender.
    /// </summary>
    public void TakeForReply(Holding reply, long bytes)
    {
        List<Holding>? given = null;
        lock (_lock)
        {
            while (_taken + bytes > limit && (FindSlowest(reply, bytes) ?? FindSlowestOfSender(reply)) is { } slowest)
            {
                slowest.IsGivenUp = true;
                Change(slowest, -slowest.Bytes);
                (given ??= []).Add(slowest);
            }

            Change(reply, bytes);
        }

        given?.ForEach(holding => holding.GiveUp());
    }

    /// <summary>Gives back what a request or reply holds. Again, it does nothing.</summary>
    public void Release(Holding holding)
    {
        lock (_lock)
        {
            holding.IsWaiting = false;
            if (holding.IsComplete)
            {
                holding.IsComplete = false;
                _networks[holding.Network].Completed -= holding.Bytes;
                _completed -= holding.Bytes;
            }

            Change(holding, -holding.Bytes);
        }
    }

    /// <summary>Takes bytes for a request; false when they would exceed the limit, or its body was given up.</summary>
    public bool TryTake(Holding asker, long bytes)
    {
        List<Holding>? given = null;
        bool hasRoom;
        lock (_lock)
        {
            while (!(hasRoom = _taken + bytes <= limit) && !asker.IsGivenUp && FindSlowest(asker, bytes) is { } slowest)
            {
                slowest.IsGivenUp = true;
                Change(slowest, -slowest.Bytes);
                (given ??= []).Add(slowest);
            }

            hasRoom &= !asker.IsGivenUp;
            if (hasRoom)
            {
                Change(asker, bytes);
            }
        }

        given?.ForEach(holding => holding.GiveUp());
        return hasRoom;
    }

    private Holding? FindSlowestOfSender(Holding asker) =>
        _networks.GetValueOrDefault(asker.Network)?.Members.GetValueOrDefault(asker.Sender) is { } sender ? Slowest(sender) : null;

    /// <summary>The slowest body or reply on its way of those who hold more than the one who asks would; null when there is none.</summary>
    private Holding? FindSlowest(Holding asker, long bytes)
    {
        var own = _networks.GetValueOrDefault(asker.Network);
        var largest = Largest(_networks, (own?.Bytes ?? 0) + bytes);
        largest ??= own;
        var sender = largest is null ? null
            : Largest(largest.Members, largest == own ? (own.Members.GetValueOrDefault(asker.Sender)?.Bytes ?? 0) + bytes : 0);
        return sender is null ? null : Slowest(sender);
    }

    private Holding? Slowest(Holder sender) =>
        sender.Waiting.MinBy(holding => holding.Bytes / (clock.GetElapsedTime(holding.Since).TotalSeconds + 1));

    private static Holder? Largest(Dictionary<string, Holder> holders, long atLeast)
    {
        Holder? largest = null;
        foreach (var holder in holders.Values)
        {
            if (holder.Bytes > (largest?.Bytes ?? atLeast) && holder.HasWaiting)
            {
                largest = holder;
            }
        }

        return largest;
    }

    private void Change(Holding holding, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        var network = Member(_networks, holding.Network);
        var sender = Member(network.Members, holding.Sender);
        _taken += bytes;
        holding.Bytes += bytes;
        network.Bytes += bytes;
        sender.Bytes += bytes;
        if (holding.Bytes > 0 && holding.IsWaiting)
        {
            sender.Waiting.Add(holding);
        }
        else
        {
            sender.Waiting.Remove(holding);
        }

        if (sender.Bytes == 0)
        {
            network.Members.Remove(holding.Sender);
        }

        if (network.Bytes == 0)
        {
            _networks.Remove(holding.Network);
        }
    }

    private static Holder Member(Dictionary<string, Holder> holders, string name)
    {
        if (!holders.TryGetValue(name, out var holder))
        {
            holders[name] = holder = new Holder();
        }

        return holder;
    }

    /// <summary>A network or a sender.</summary>
    private sealed class Holder
    {
        public long Bytes { get; set; }

        /// <summary>Bytes of requests of a network that are worked on.</summary>
        public long Completed { get; set; }

        public Dictionary<string, Holder> Members { get; } = new(StringComparer.Ordinal);

        /// <summary>The bodies of a sender that are still arriving, and its replies on their way.</summary>
        public HashSet<Holding> Waiting { get; } = [];

        public bool HasWaiting => Waiting.Count > 0 || Members.Values.Any(member => member.Waiting.Count > 0);
    }
}
