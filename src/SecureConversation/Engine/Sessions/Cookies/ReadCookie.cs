using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The cookie that a session was read from. Anybody can copy a cookie, and to read the client costs more than all the rest of it, so that
/// is left until a message is verified. Safe for concurrent use.
/// </summary>
/// <param name="octets">The cookie as the encoder made it.</param>
/// <param name="client">The client, as <see cref="CookieIdentity"/> writes it.</param>
/// <param name="sender">Who sends the message with the cookie, by his address.</param>
/// <param name="read">When the encoder read it last, as a timestamp of the clock.</param>
internal sealed class ReadCookie(byte[] octets, byte[] client, Owner sender, long read)
{
    private long _read = read;
    private Identity? _identity;

    public byte[] Octets => octets;

    public long Read
    {
        get => Volatile.Read(ref _read);
        set => Volatile.Write(ref _read, value);
    }

    /// <exception cref="SecurityFailureException">Another version wrote it.</exception>
    public ClaimsPrincipal User => Client.User;

    /// <inheritdoc cref="User"/>
    public X509Certificate2? Certificate => Client.Certificate;

    /// <summary>The name of the client among others that limits are shared with; null for an anonymous one.</summary>
    public string? OwnerName => Client.Name;

    /// <summary>Whose session it is in the memory of this process. One of nobody is that of who first sent it here.</summary>
    public string Holder => OwnerName ?? sender.Name;

    /// <summary>Disposes of the certificate, if it was read and nobody has seen it.</summary>
    public void Discard() => _identity?.Certificate?.Dispose();

    private Identity Client => LazyInitializer.EnsureInitialized(ref _identity, ReadClient);

    private Identity ReadClient() => CookieIdentity.TryRead(client, out var user, out var certificate)
        ? new Identity(ClientIdentity.Copy(user), certificate, Owner.NameOfUser(user))
        : Fail.With<Identity>(FailureCode.UnknownContext, "the cookie is of another version");

    private sealed record Identity(ClaimsPrincipal User, X509Certificate2? Certificate, string? Name);
}
