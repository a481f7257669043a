using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Gives each message one attempt to have its encrypted signature read. That ciphertext is decrypted before anything is authentic, so
/// somebody could put what he likes in its place, try after try, and learn from acceptance what it decrypts to. Whatever he puts there,
/// to be accepted a message needs its key, its timestamp and its encrypted body as they were: a failure spends these. An attempt at the
/// same message waits for the one before. When there is no more room the oldest are forgotten: nobody is refused for the number of
/// messages of others.
/// </summary>
internal sealed class SealedAttempts
{
    /// <summary>So many are remembered at least, and twice as many at most, in 16 MB.</summary>
    internal const int Generation = 250_000;

    private readonly Lock[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];
    private readonly Lock _lock = new();
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];

    /// <summary>Makes an attempt.</summary>
    /// <param name="message">A name made of what the message cannot be accepted without.</param>
    /// <param name="read">Reads and verifies the signature; throws when it cannot.</param>
    /// <exception cref="SecurityFailureException">An attempt at the message failed before, or this one does.</exception>
    public T Try<T>(UInt128 message, Func<T> read)
    {
        lock (_turns[(int)(message % (uint)_turns.Length)])
        {
            if (IsSpent(message))
            {
                Fail.With(FailureCode.Replayed, "a message whose encrypted signature failed before");
            }

            try
            {
                return read();
            }
            catch
            {
                Spend(message);
                throw;
            }
        }
    }

    private bool IsSpent(UInt128 message)
    {
        lock (_lock)
        {
            return _current.Contains(message) || _previous.Contains(message);
        }
    }

    private void Spend(UInt128 message)
    {
        lock (_lock)
        {
            if (_current.Count == Generation)
            {
                (_previous, _current) = (_current, _previous);
                _current.Clear();
            }

            // Made for all that it will hold: what grows later looks like a leak, and leaves large objects behind.
            _current.EnsureCapacity(Generation);
            _current.Add(message);
        }
    }
}
