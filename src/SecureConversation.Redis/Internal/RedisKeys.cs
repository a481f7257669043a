using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace SecureConversation.Redis.Internal;

/// <summary>
/// The names in Redis. What belongs to one session has one hash tag, the part in braces, so that in a cluster one script may use it all.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    private const int MaxIdLength = 200;
    private const int TagBytes = 6;

    // Half of a SHA-256: who makes two messages with equal halves gets one of his own refused.
    private const int ValueBytes = 16;

    /// <summary>Processes are told here which sessions have changed.</summary>
    public RedisChannel Channel { get; } = RedisChannel.Literal(prefix + ":changed");

    /// <summary>Tells whether Redis has kept what it was given.</summary>
    public RedisKey Marker { get; } = prefix + ":marker";

    /// <summary>Written to see whether Redis takes writes.</summary>
    public RedisKey Probe { get; } = prefix + ":probe";

    /// <summary>Whether a session may have this id. It comes from the wire.</summary>
    public static bool CanHave(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length <= MaxIdLength && !id.AsSpan().ContainsAny('{', '}');
    }

    /// <summary>A hash with the fields v (version, or - for a session that was removed) and d (the encrypted state).</summary>
    public RedisKey Session(string id) => $"{prefix}:{{{Tag(id)}}}:{id}";

    /// <summary>Is there while a message is remembered. A message of one session never is one of another.</summary>
    public RedisKey Replay(string? sessionId, ReadOnlySpan<byte> value)
    {
        var text = Base64Url.EncodeToString(value[..ValueBytes]);
        return sessionId is null ? $"{prefix}:r:{text}" : $"{prefix}:{{{Tag(sessionId)}}}:{text}";
    }

    private static string Tag(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return Base64Url.EncodeToString(hash[..TagBytes]);
    }
}
