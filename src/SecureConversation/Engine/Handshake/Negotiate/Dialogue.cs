using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// A negotiation that a service has begun and not ended. One leg is worked on at a time; it ends once, by whoever ends it first.
/// </summary>
internal sealed class Dialogue(string context, NegotiationEnd end, int keySize, Owner owner, long started) : IDisposable
{
    private const int MostLegs = 8;
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Ended = 2;

    private int _state = Busy;
    private int _legs;

    public string Context => context;

    public NegotiationEnd End => end;

    /// <summary>Length of the key in bits.</summary>
    public int KeySize => keySize;

    /// <summary>Who holds its place.</summary>
    public Owner Owner => owner;

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long Started => started;

    public NegotiationTranscript Transcript { get; } = new();

    /// <summary>Whether nobody works on it, at this moment.</summary>
    public bool IsIdle => Volatile.Read(ref _state) == Idle;

    /// <summary>Begins to work on a leg; false when another one is worked on, or the negotiation has ended.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle;

    /// <summary>Waits for the next leg; false when no further leg is to be expected.</summary>
    public bool Leave()
    {
        if (++_legs >= MostLegs)
        {
            return false;
        }

        Volatile.Write(ref _state, Idle);
        return true;
    }

    /// <summary>Ends a negotiation that nobody works on; false when somebody does.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle;

    public void Dispose()
    {
        Volatile.Write(ref _state, Ended);
        Transcript.Dispose();
        end.Dispose();
    }
}
