using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// A hash that is keyed per process, so that no message can contain names that are known to collide. It is the hash of the platform's
/// strings (Marvin), since HashCode lets a sender make values that collide under any key.
/// </summary>
internal static class KeyedHash
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var hash = unchecked((uint)string.GetHashCode(MemoryMarshal.Cast<byte, char>(bytes)));
        return bytes.Length % 2 == 0 ? hash : hash ^ unchecked((bytes[^1] + 1u) * 0x9E3779B1u);
    }
}
