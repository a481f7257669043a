using System.Security.Claims;
using System.Security.Cryptography;

namespace SecureConversation;

/// <summary>
/// The part of a <see cref="ServiceSession"/> that any instance of the service needs to serve the session. It refers to nothing that
/// lives in one process only. Holds the secret keys; disposing zeroes them.
/// </summary>
/// <remarks>
/// A state never changes: a renewal, and the first message under a renewed key, make the next state, whose <see cref="Version"/> is one
/// higher, and <see cref="ISecuritySessionStore.TryReplaceAsync"/> puts it in the place of the one it was made from.
/// </remarks>
public sealed class SessionState : IDisposable
{
    private const byte Format = 3;

    // The second format has one key, and the first says of no endpoint either, so no endpoint takes it.
    private const byte FormatOfOneKey = 2;
    private const byte FormatWithoutEndpoint = 1;

    // One current, one previous, and as many pending ones as a service has at most, with room for a later version.
    private const int MostKeys = 16;

    private readonly SessionKeyState[] _keys = [];

    /// <summary>Identifier of the security context, a urn:uuid URI.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The endpoint that issued the session: its name (<see cref="MessageSecurityServiceOptions.EndpointName"/>) and a hash of what decides
    /// who may open a session. No other endpoint serves the session. Empty for a state that an earlier version wrote, which none serves.
    /// </summary>
    public required string Endpoint { get; init; }

    /// <summary>
    /// The keys of the context that the service accepts: one current key, perhaps the one before it, and those that were issued by a
    /// renewal and not used yet, the oldest first.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// There is not exactly one current key, or more than one previous key, or two keys have one instance.
    /// </exception>
    public required IReadOnlyList<SessionKeyState> Keys
    {
        get => _keys;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _keys = [.. value];
            if (_keys.Length > MostKeys
                || _keys.Count(k => k.Role == SessionKeyRole.Current) != 1
                || _keys.Count(k => k.Role == SessionKeyRole.Previous) > 1
                || _keys.DistinctBy(k => k.Instance).Count() != _keys.Length)
            {
                throw new ArgumentException(
                    $"A session has one current key, at most one previous key and at most {MostKeys} keys, each with its own instance.",
                    nameof(Keys));
            }
        }
    }

    /// <summary>
    /// Counts the states of the session: 1 for a new session, one more for each state after it. A store compares it in
    /// <see cref="ISecuritySessionStore.TryReplaceAsync"/>.
    /// </summary>
    public long Version { get; init; } = 1;

    /// <summary>When the last of the <see cref="Keys"/> expires, UTC.</summary>
    public DateTimeOffset Expires => _keys.Max(k => k.Expires);

    /// <summary>The client that was authenticated when the session was opened.</summary>
    public required ClaimsPrincipal User { get; init; }

    /// <summary>The certificate that the client proved to hold, in DER; null for other credentials.</summary>
    public byte[]? ClientCertificate { get; init; }

    /// <summary>Serializes the state for a store that keeps octets. The octets hold the keys in clear.</summary>
    public byte[] ToBytes()
    {
        using var user = new MemoryStream();
        using (var userWriter = new BinaryWriter(user, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            User.WriteTo(userWriter);
        }

        // Large enough from the start: a buffer that the stream outgrows would keep a copy of the keys.
        var size = (int)user.Length + (ClientCertificate?.Length ?? 0) + ((Id.Length + Endpoint.Length) * 3) + 64
            + _keys.Sum(k => k.Size);
        using var stream = new MemoryStream(size);
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(Version);
        writer.Write(Endpoint);
        writer.Write(Id);
        writer.Write7BitEncodedInt(_keys.Length);
        foreach (var key in _keys)
        {
            key.WriteTo(writer);
        }

        SessionKeyState.WriteBytes(writer, ClientCertificate ?? []);
        writer.Write(user.GetBuffer(), 0, (int)user.Length);
        writer.Flush();
        var bytes = stream.ToArray();
        CryptographicOperations.ZeroMemory(stream.GetBuffer());
        return bytes;
    }

    /// <summary>
    /// Reads a state that <see cref="ToBytes"/> wrote. The octets must come from a trusted place. Those of earlier formats are read as
    /// well: a session with one key goes on, and one of no endpoint can be refused as unknown.
    /// </summary>
    /// <exception cref="FormatException">The octets are not in the format of this version.</exception>
    public static SessionState FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
            var format = reader.ReadByte();
            if (format is not (Format or FormatOfOneKey or FormatWithoutEndpoint))
            {
                throw new FormatException("The octets are no session state of this version.");
            }

            return new SessionState
            {
                Version = format == Format ? reader.ReadInt64() : 1,
                Endpoint = format == FormatWithoutEndpoint ? "" : reader.ReadString(),
                Id = reader.ReadString(),
                Keys = format == Format ? ReadKeys(reader) : [SessionKeyState.ReadSingle(reader)],
                ClientCertificate = SessionKeyState.ReadBytes(reader) is { Length: > 0 } certificate ? certificate : null,
                User = new ClaimsPrincipal(reader),
            };
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            throw new FormatException("The octets are no session state.", e);
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Dispose();
        }
    }

    private static SessionKeyState[] ReadKeys(BinaryReader reader)
    {
        var keys = new SessionKeyState[Math.Clamp(reader.Read7BitEncodedInt(), 0, MostKeys)];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = SessionKeyState.Read(reader);
        }

        return keys;
    }
}
