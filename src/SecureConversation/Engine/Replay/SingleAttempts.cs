using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers messages that failed after their signature held, where the replay memory does not: the binding detects no replays, or the
/// memory is full. A message may come again, but not with a changed ciphertext, and not twice at once. Only holders of a key
/// of the message can fill it, each no more than his share.
/// </summary>
internal sealed class SingleAttempts(TimeProvider clock)
{
    // A failure is remembered for one to two periods.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);
    private const int Capacity = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private Dictionary<UInt128, string> _current = [];
    private Dictionary<UInt128, string> _previous = [];
    private long _turned = clock.GetTimestamp();

    /// <summary>Begins an attempt.</summary>
    /// <param name="signature">The value of the primary signature.</param>
    /// <param name="wrappedKey">The cipher value of the EncryptedKey; empty where there is none.</param>
    /// <param name="owner">The sender, as far as he is known.</param>
    /// <exception cref="SecurityFailureException">An attempt is under way, one failed, or too many of the sender's did.</exception>
    public Attempt Begin(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> wrappedKey, string owner)
    {
        var keys = (KeyOf(signature), wrappedKey.IsEmpty ? default : KeyOf(wrappedKey));
        lock (_lock)
        {
            Turn();
            if (Contains(keys.Item1) || Contains(keys.Item2))
            {
                Fail.With(FailureCode.Replayed, "a message that failed before");
            }

            if (!FairShare.Allows(_held.GetValueOrDefault(owner), Capacity - _current.Count - _previous.Count))
            {
                Fail.With(FailureCode.ServiceTooBusy, "the memory of failed messages");
            }

            Add(keys.Item1, owner);
            if (keys.Item2 != default)
            {
                Add(keys.Item2, owner);
            }
        }

        return new Attempt(this, keys);
    }

    private bool Contains(UInt128 key) => _current.ContainsKey(key) || _previous.ContainsKey(key);

    private void Add(UInt128 key, string owner)
    {
        _current.Add(key, owner);
        _held[owner] = _held.GetValueOrDefault(owner) + 1;
    }

    private void Release(string owner)
    {
        if (--_held[owner] == 0)
        {
            _held.Remove(owner);
        }
    }

    private void Remove(UInt128 key)
    {
        if (_current.Remove(key, out var owner) || _previous.Remove(key, out owner))
        {
            Release(owner);
        }
    }

    private void Forget((UInt128 Signature, UInt128 WrappedKey) keys)
    {
        lock (_lock)
        {
            Remove(keys.Signature);
            Remove(keys.WrappedKey);
        }
    }

    private void Turn()
    {
        if (clock.GetElapsedTime(_turned) >= Period)
        {
            foreach (var owner in _previous.Values)
            {
                Release(owner);
            }

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
