using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers with which second value a first one came. When there is no more room the oldest are forgotten, so nobody is refused for the
/// number of messages of others. Safe for concurrent use.
/// </summary>
/// <param name="generation">So many are remembered at least, and twice as many at most.</param>
internal sealed class PairMemory(int generation)
{
    private readonly Lock _lock = new();

    // Made for all that they will hold, once they hold anything: what grows later looks like a leak, and leaves large objects behind.
    private Dictionary<UInt128, UInt128> _current = [];
    private Dictionary<UInt128, UInt128> _previous = [];

    /// <summary>Whether the first value is new, or came with the same second one before.</summary>
    public bool TryAdd(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var (key, value) = (Hash(first), Hash(second));
        lock (_lock)
        {
            if (_current.TryGetValue(key, out var known) || _previous.TryGetValue(key, out known))
            {
                return known == value;
            }

            if (_current.Count == generation)
            {
                (_previous, _current) = (_current, _previous);
                _current.Clear();
            }

            _current.EnsureCapacity(generation);
            _current.Add(key, value);
            return true;
        }
    }

    private static UInt128 Hash(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
