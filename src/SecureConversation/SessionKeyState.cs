using System.Security.Cryptography;

namespace SecureConversation;

/// <summary>What a key is to its session.</summary>
public enum SessionKeyRole
{
    /// <summary>The service protects its replies with it, and a renewal has to be endorsed by it.</summary>
    Current,

    /// <summary>The key before the current one. Requests under it are accepted until <see cref="SessionKeyState.AcceptedUntil"/>.</summary>
    Previous,

    /// <summary>A renewal issued it, and no message came under it yet. The first one makes it the current key.</summary>
    Pending,
}

/// <summary>One key of a security context in a <see cref="SessionState"/>. Disposing zeroes it.</summary>
public sealed class SessionKeyState : IDisposable
{
    private readonly byte[] _key = [];
    private bool _isDisposed;

    /// <summary>
    /// The wsc:Instance of the key, a URI; null for the key with which the session was opened (WS-SecureConversation 1.3 section 2).
    /// </summary>
    public string? Instance { get; init; }

    /// <summary>The key. Secret.</summary>
    /// <exception cref="ObjectDisposedException">
    /// The state was disposed of. A store that kept the object would otherwise keep a key of zeros.
    /// </exception>
    public required byte[] Key
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _key;
        }

        init => _key = value;
    }

    /// <summary>
    /// The nonces of the derived keys that protect replies, concatenated. All instances send with the same derived keys, so that each of
    /// them recognizes a message of the service that is sent back to it (reflection). Nonces are not secret.
    /// </summary>
    public required byte[] ReplyNonces { get; init; }

    /// <summary>When the key expires, UTC.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>What the key is to its session.</summary>
    public SessionKeyRole Role { get; init; }

    /// <summary>
    /// Until when requests under the key are accepted, UTC, where <see cref="Role"/> is <see cref="SessionKeyRole.Previous"/>
    /// (SessionKeyRolloverInterval after the switch); of no meaning elsewhere.
    /// </summary>
    public DateTimeOffset AcceptedUntil { get; init; }

    /// <summary>At least as many octets as the key takes when written.</summary>
    internal int Size => Key.Length + ReplyNonces.Length + ((Instance?.Length ?? 0) * 3) + 48;

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    internal void WriteTo(BinaryWriter writer)
    {
        writer.Write((byte)Role);
        writer.Write(Instance ?? "");
        WriteBytes(writer, Key);
        WriteBytes(writer, ReplyNonces);
        writer.Write(Expires.UtcTicks);
        writer.Write(AcceptedUntil.UtcTicks);
    }

    internal static SessionKeyState Read(BinaryReader reader)
    {
        var role = (SessionKeyRole)reader.ReadByte();
        if (!Enum.IsDefined(role))
        {
            throw new FormatException("A key of the session state has an unknown role.");
        }

        return new SessionKeyState
        {
            Role = role,
            Instance = reader.ReadString() is { Length: > 0 } instance ? instance : null,
            Key = ReadBytes(reader),
            ReplyNonces = ReadBytes(reader),
            Expires = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
            AcceptedUntil = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
        };
    }

    /// <summary>Reads the key of a session that cannot have another one, in the formats before key generations.</summary>
    internal static SessionKeyState ReadSingle(BinaryReader reader) => new()
    {
        Key = ReadBytes(reader),
        ReplyNonces = ReadBytes(reader),
        Expires = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
    };

    internal static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    internal static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new FormatException("The octets of a session state end early.");
        }

        return reader.ReadBytes(length);
    }
}
