using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers messages that failed after their signature held, where the binding does not detect replays: a message may come again, but
/// not with a changed ciphertext, and not twice at once. Only holders of a key of the message can fill it.
/// </summary>
internal sealed class SingleAttempts(TimeProvider clock)
{
    // A failure is remembered for one to two periods.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);
    private const int Capacity = 100_000;

    private readonly Lock _lock = new();
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];
    private long _turned = clock.GetTimestamp();

    /// <summary>Begins an attempt.</summary>
    /// <param name="signature">The value of the primary signature.</param>
    /// <param name="wrappedKey">The cipher value of the EncryptedKey; empty where there is none.</param>
    /// <exception cref="SecurityFailureException">An attempt is under way, or one failed.</exception>
    public Attempt Begin(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> wrappedKey)
    {
        var keys = (KeyOf(signature), wrappedKey.IsEmpty ? default : KeyOf(wrappedKey));
        lock (_lock)
        {
            Turn();
            if (Contains(keys.Item1) || Contains(keys.Item2))
            {
                Fail.With(FailureCode.Replayed, "a message that failed before");
            }

            if (_current.Count + _previous.Count >= Capacity)
            {
                Fail.With(FailureCode.ServiceTooBusy, "failed messages");
            }

            _current.Add(keys.Item1);
            if (keys.Item2 != default)
            {
                _current.Add(keys.Item2);
            }
        }

        return new Attempt(this, keys);
    }

    private bool Contains(UInt128 key) => _current.Contains(key) || _previous.Contains(key);

    private void Forget((UInt128 Signature, UInt128 WrappedKey) keys)
    {
        lock (_lock)
        {
            foreach (var generation in (ReadOnlySpan<HashSet<UInt128>>)[_current, _previous])
            {
                generation.Remove(keys.Signature);
                generation.Remove(keys.WrappedKey);
            }
        }
    }

    private void Turn()
    {
        if (clock.GetElapsedTime(_turned) >= Period)
        {
            (_previous, _current) = (_current, []);
            _turned = clock.GetTimestamp();
        }
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>One attempt, which stays remembered unless it succeeds.</summary>
    internal sealed class Attempt(SingleAttempts owner, (UInt128 Signature, UInt128 WrappedKey) keys)
    {
        /// <summary>Lets the same message come again.</summary>
        public void Succeed() => owner.Forget(keys);
    }
}
