using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The state of a session in a cookie, before it is encrypted. All is in it that decides whose session it is, so that nothing around it
/// has to be believed.
/// <code>
/// octet 1            the format
/// 16 octets          a hash of the endpoint that issued the session
/// 16 octets          the context identifier, a urn:uuid
/// 8 octets           when the session expires, in ticks of UTC
/// length, octets     the key
/// length, octets     the nonces of the derived keys of replies
/// octets             the client (CookieIdentity)
/// </code>
/// </summary>
internal ref struct SessionCookie
{
    private const byte Format = 1;
    private const int ScopeLength = 16;
    private const int IdentifierStart = 1 + ScopeLength;
    private const int ExpiresStart = IdentifierStart + 16;
    private const int KeyStart = ExpiresStart + sizeof(long);
    private const string Urn = "urn:uuid:";

    public ReadOnlySpan<byte> Scope { get; private set; }

    public string Identifier { get; private set; }

    public DateTimeOffset Expires { get; private set; }

    public ReadOnlySpan<byte> Key { get; private set; }

    public ReadOnlySpan<byte> ReplyNonces { get; private set; }

    /// <summary>The client, as <see cref="CookieIdentity"/> writes it.</summary>
    public ReadOnlySpan<byte> Client { get; private set; }

    /// <summary>The hash of an endpoint, which is shorter than its name: a cookie travels in each message.</summary>
    public static byte[] ScopeOf(string endpoint) => SHA256.HashData(Encoding.UTF8.GetBytes(endpoint))[..ScopeLength];

    /// <summary>Writes the state of a session. The caller zeroes it.</summary>
    /// <exception cref="InvalidOperationException">The client has too many claims.</exception>
    public static byte[] Write(ServiceSession session, ReadOnlySpan<byte> scope)
    {
        var identity = CookieIdentity.Write(session.CopyUser(), session.ClientCertificate);
        var key = session.Keys.Current;
        var nonces = key.SendKeys.Nonces;
        var keyLength = key.Context.Key.Length;
        var state = new byte[KeyStart + 1 + keyLength + 1 + nonces.Length + identity.Length];
        state[0] = Format;
        scope.CopyTo(state.AsSpan(1));
        Guid.ParseExact(session.Id.AsSpan(Urn.Length), "D").TryWriteBytes(state.AsSpan(IdentifierStart), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(ExpiresStart), key.Expires.UtcTicks);
        var rest = state.AsSpan(KeyStart);
        rest[0] = checked((byte)keyLength);
        key.Context.Key.CopyTo(rest[1..]);
        rest = rest[(1 + keyLength)..];
        rest[0] = checked((byte)nonces.Length);
        nonces.CopyTo(rest[1..]);
        identity.CopyTo(rest[(1 + nonces.Length)..]);
        return state;
    }

    /// <summary>Reads a state without the client; false when it has another format. It refers to the octets.</summary>
    public static bool TryRead(ReadOnlySpan<byte> state, out SessionCookie cookie)
    {
        cookie = default;
        if (state.Length <= KeyStart || state[0] != Format
            || BinaryPrimitives.ReadInt64LittleEndian(state[ExpiresStart..]) is var ticks && (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            || !TryTake(state[KeyStart..], out var key, out var rest)
            || !TryTake(rest, out var nonces, out var identity))
        {
            return false;
        }

        cookie = new SessionCookie
        {
            Scope = state.Slice(1, ScopeLength),
            Identifier = Urn + new Guid(state.Slice(IdentifierStart, 16), bigEndian: true).ToString(),
            Expires = new DateTimeOffset(ticks, TimeSpan.Zero),
            Key = key,
            ReplyNonces = nonces,
            Client = identity,
        };
        return true;
    }

    private static bool TryTake(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> value, out ReadOnlySpan<byte> rest)
    {
        value = rest = default;
        if (from.IsEmpty || from[0] >= from.Length)
        {
            return false;
        }

        value = from.Slice(1, from[0]);
        rest = from[(1 + from[0])..];
        return true;
    }
}
