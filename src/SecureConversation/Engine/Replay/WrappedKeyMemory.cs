using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers, beyond the time in which a message is fresh, which signature came with a wrapped key. Where each side signs with its own key,
/// the wrapped key stands in clear beside the signature: another accepted client could put a new time and his signature on a message
/// that he recorded. When there is no more room the oldest are forgotten, so nobody is refused for the number of messages of others.
/// </summary>
internal sealed class WrappedKeyMemory
{
    /// <summary>How many are remembered at least, and half of what is remembered at most: 20 MB.</summary>
    internal const int Generation = 250_000;

    private static readonly ConditionalWeakTable<IReplayCache, WrappedKeyMemory> Memories = [];

    private readonly Lock _lock = new();
    private Dictionary<UInt128, ulong> _current = [];
    private Dictionary<UInt128, ulong> _previous = [];

    /// <summary>The memory of all endpoints that share a replay cache.</summary>
    public static WrappedKeyMemory Of(IReplayCache replays) => Memories.GetOrCreateValue(replays);

    /// <summary>Whether the key is new, or came with the same signature before.</summary>
    /// <param name="wrappedKey">The cipher value of the EncryptedKey.</param>
    /// <param name="signature">What tells the message from all others.</param>
    public bool TryAdd(ReadOnlySpan<byte> wrappedKey, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(wrappedKey, hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        SHA256.HashData(signature, hash);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        lock (_lock)
        {
            if (_current.TryGetValue(key, out var known) || _previous.TryGetValue(key, out known))
            {
                return known == value;
            }

            if (_current.Count == Generation)
            {
                (_previous, _current) = (_current, []);
            }

            _current.Add(key, value);
            return true;
        }
    }
}
