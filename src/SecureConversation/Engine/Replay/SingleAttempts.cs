using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers messages that failed after their signature held, where the replay memory does not: the binding detects no replays, or the
/// memory is full. A message may come again, but not with a changed ciphertext, and not twice at once. Only holders of a key
/// of the message can fill it, each no more than his share. When all of them together have filled it, the oldest failures are forgotten:
/// that gives somebody one more attempt for each hundred thousand failures, where a refusal would shut out those who never failed.
/// </summary>
/// <param name="clock">Source of time.</param>
/// <param name="capacity">How many values are remembered.</param>
internal sealed class SingleAttempts(TimeProvider clock, int capacity = 100_000)
{
    private const int ValuesOfAMessage = 2;

    /// <summary>How long a failure is remembered.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(20);

    private readonly Lock _lock = new();
    private readonly FairQuota _places = new(capacity, "the memory of failed messages");
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = new();

    /// <summary>Begins an attempt.</summary>
    /// <param name="signature">The value of the primary signature.</param>
    /// <param name="wrappedKey">The cipher value of the EncryptedKey; empty where there is none.</param>
    /// <param name="owner">The sender, as far as he is known.</param>
    /// <exception cref="SecurityFailureException">An attempt is under way, one failed, or too many of the sender's did.</exception>
    public Attempt Begin(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> wrappedKey, Owner owner)
    {
        var keys = (KeyOf(signature), wrappedKey.IsEmpty ? default : KeyOf(wrappedKey));
        lock (_lock)
        {
            while (_byAge.First is { } oldest && clock.GetElapsedTime(oldest.Value.Since) >= Period)
            {
                Remove(oldest.Value.Key);
            }

            if (_entries.ContainsKey(keys.Item1) || _entries.ContainsKey(keys.Item2))
            {
                Fail.With(FailureCode.Replayed, "a message that failed before");
            }

            if (_places.LimitFor(owner, ValuesOfAMessage) is { } limit)
            {
                // The answer is that of any failure: another one would say that the signature was right, as often as somebody asks.
                Fail.With(FailureCode.LimitExceeded, limit);
            }

            while (_entries.Count > capacity - ValuesOfAMessage)
            {
                Remove(_byAge.First!.Value.Key);
            }

            Add(keys.Item1, owner);
            if (keys.Item2 != default)
            {
                Add(keys.Item2, owner);
            }
        }

        return new Attempt(this, keys);
    }

    private void Add(UInt128 key, Owner owner)
    {
        _entries.Add(key, _byAge.AddLast(new Entry(key, owner, clock.GetTimestamp())));
        _places.Take(owner);
    }

    private void Remove(UInt128 key)
    {
        if (_entries.Remove(key, out var entry))
        {
            _byAge.Remove(entry);
            _places.Release(entry.Value.Owner);
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

    private readonly record struct Entry(UInt128 Key, Owner Owner, long Since);
}
