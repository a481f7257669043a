using System.Security.Claims;
using System.Security.Cryptography;

namespace SecureConversation;

/// <summary>
/// The part of a <see cref="ServiceSession"/> that any instance of the service needs to serve the session. It refers to nothing that
/// lives in one process only. Holds the secret key; disposing zeroes it.
/// </summary>
public sealed class SessionState : IDisposable
{
    private const byte Format = 2;

    // The first format says of no endpoint, so no endpoint takes it.
    private const byte FormatWithoutEndpoint = 1;

    private readonly byte[] _key = [];
    private bool _isDisposed;

    /// <summary>Identifier of the security context, a urn:uuid URI.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The endpoint that issued the session: its name (<see cref="MessageSecurityServiceOptions.EndpointName"/>) and a hash of what decides
    /// who may open a session. No other endpoint serves the session. Empty for a state that an earlier version wrote, which none serves.
    /// </summary>
    public required string Endpoint { get; init; }

    /// <summary>The key of the context. Secret.</summary>
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

    /// <summary>The client that was authenticated when the session was opened.</summary>
    public required ClaimsPrincipal User { get; init; }

    /// <summary>The certificate that the client proved to hold, in DER; null for other credentials.</summary>
    public byte[]? ClientCertificate { get; init; }

    /// <summary>Serializes the state for a store that keeps octets. The octets hold the key in clear.</summary>
    public byte[] ToBytes()
    {
        using var user = new MemoryStream();
        using (var userWriter = new BinaryWriter(user, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            User.WriteTo(userWriter);
        }

        // Large enough from the start: a buffer that the stream outgrows would keep a copy of the key.
        var size = (int)user.Length + Key.Length + ReplyNonces.Length + (ClientCertificate?.Length ?? 0)
            + ((Id.Length + Endpoint.Length) * 3) + 64;
        using var stream = new MemoryStream(size);
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(Endpoint);
        writer.Write(Id);
        WriteBytes(writer, Key);
        WriteBytes(writer, ReplyNonces);
        writer.Write(Expires.UtcTicks);
        WriteBytes(writer, ClientCertificate ?? []);
        writer.Write(user.GetBuffer(), 0, (int)user.Length);
        writer.Flush();
        var bytes = stream.ToArray();
        CryptographicOperations.ZeroMemory(stream.GetBuffer());
        return bytes;
    }

    /// <summary>
    /// Reads a state that <see cref="ToBytes"/> wrote. The octets must come from a trusted place. Those of the earlier format are read as
    /// well, so that the service can refuse the session as unknown.
    /// </summary>
    /// <exception cref="FormatException">The octets are not in the format of this version.</exception>
    public static SessionState FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
            var format = reader.ReadByte();
            if (format is not (Format or FormatWithoutEndpoint))
            {
                throw new FormatException("The octets are no session state of this version.");
            }

            return new SessionState
            {
                Endpoint = format == Format ? reader.ReadString() : "",
                Id = reader.ReadString(),
                Key = ReadBytes(reader),
                ReplyNonces = ReadBytes(reader),
                Expires = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                ClientCertificate = ReadBytes(reader) is { Length: > 0 } certificate ? certificate : null,
                User = new ClaimsPrincipal(reader),
            };
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            throw new FormatException("The octets are no session state.", e);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new FormatException("The octets of a session state end early.");
        }

        return reader.ReadBytes(length);
    }
}
