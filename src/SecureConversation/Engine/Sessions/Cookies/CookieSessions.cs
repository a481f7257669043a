using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The sessions of a service that keeps none: the state of each travels in a cookie inside its token, in every message (WCF,
/// RequireCancellation = false). A cookie is as good as its encoder says it is. It names its context and its endpoint itself, and only a
/// message that the key inside it verifies is from the client.
/// </summary>
/// <param name="encoder">Encrypts and authenticates.</param>
/// <param name="endpoint">The endpoint.</param>
/// <param name="messages">The messages of the sessions.</param>
/// <param name="cache">Remembers what was read.</param>
/// <param name="random">Source of the Ids of derived keys.</param>
/// <param name="clock">Source of time.</param>
internal sealed class CookieSessions(
    ISecurityStateEncoder encoder, EndpointScopes endpoint, BindingMessages messages, ContextCache cache, RandomSource random,
    TimeProvider clock)
    : IDisposable
{
    // Room for a certificate and a hundred claims. Each message of the session has it.
    private const int MaxCookieBytes = 12 * 1024;

    // Base64 with some white space.
    private const int MaxCookieCharacters = MaxCookieBytes / 3 * 4 + 1024;

    // So that a key of the encoder that is revoked, or a certificate that is gone, ends its sessions soon, though they are remembered.
    private static readonly TimeSpan TrustInCache = TimeSpan.FromMinutes(1);

    /// <summary>Puts the state of a session into a cookie.</summary>
    /// <exception cref="InvalidOperationException">The client has too many claims.</exception>
    public byte[] Write(ServiceSession session)
    {
        var state = SessionCookie.Write(session, endpoint.CurrentInCookies);
        try
        {
            var cookie = encoder.Encode(state);
            return cookie.Length <= MaxCookieBytes ? cookie : throw new InvalidOperationException(
                $"The cookie of a session takes {cookie.Length:N0} octets, and at most {MaxCookieBytes:N0} are allowed, since each message "
                + "has it: have the authenticator return fewer claims, or set RequireCancellation to true.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(state);
        }
    }

    /// <summary>
    /// Finds and enters the session of a message, as <see cref="SessionRouter.EnterAsync"/> does. One that is not remembered is read from
    /// the cookie for this message alone, until <see cref="Use"/>. There is nothing to wait for.
    /// </summary>
    /// <param name="wire">The message.</param>
    /// <param name="sender">Who sends it, by his address: nothing else is known yet.</param>
    public ServiceSession Enter(SoapEnvelope wire, Owner sender)
    {
        var (id, element) = ReadToken(wire);
        if (element.IsNull)
        {
            Fail.With(FailureCode.UnknownContext, "the token has no cookie, and the service keeps no sessions");
        }

        // A stranger chooses it. What is longer than any that was issued is not looked at.
        if (element.ContentEnd - element.ContentStart > MaxCookieCharacters)
        {
            Fail.With(FailureCode.UnknownContext, "the cookie is longer than any that was issued");
        }

        var cookie = ElementValue.Base64(element, MaxCookieBytes);
        if (cache.Enter(id) is { } known)
        {
            var isTrusted = false;
            try
            {
                isTrusted = known.Cookie!.Octets.AsSpan().SequenceEqual(cookie) && IsTrusted(known);
                if (isTrusted)
                {
                    return known;
                }
            }
            finally
            {
                if (!isTrusted)
                {
                    known.Leave();
                }
            }
        }

        return Read(id, cookie, sender);
    }

    /// <summary>Records the use of a session by a verified message.</summary>
    /// <returns>The session. If it is not the given one, it is entered, too, and the given one is to be left.</returns>
    public ServiceSession Use(ServiceSession session)
    {
        var used = session.IsRevived ? cache.Add(session) : session;
        used.Use();
        return used;
    }

    public void Dispose() => cache.Dispose();

    /// <summary>
    /// Whether the encoder still reads the cookie of a remembered session, and its certificate is still one of the service.
    /// </summary>
    private bool IsTrusted(ServiceSession session)
    {
        var cookie = session.Cookie!;
        if (clock.GetElapsedTime(cookie.Read) < TrustInCache)
        {
            return true;
        }

        var state = Decode(cookie.Octets);
        var isOurs = SessionCookie.TryRead(state, out var read) && endpoint.AcceptsInCookies(read.Scope);
        CryptographicOperations.ZeroMemory(state);
        if (!isOurs)
        {
            cache.Remove(session);
            return false;
        }

        cookie.Read = clock.GetTimestamp();
        return true;
    }

    /// <summary>The encoder may be code of the application, and its keys be kept elsewhere.</summary>
    private byte[]? Decode(byte[] cookie)
    {
        try
        {
            return encoder.Decode(cookie);
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, CancellationToken.None))
        {
            throw new SecurityFailureException(
                FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.SecurityStateEncoder))
            { Thrown = e };
        }
    }

    private ServiceSession Read(string id, byte[] cookie, Owner sender)
    {
        var state = Decode(cookie)
            ?? Fail.With<byte[]>(FailureCode.UnknownContext, "the cookie is of another key ring or of a revoked key, or was changed");
        try
        {
            return Open(state, id, cookie, sender);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(state);
        }
    }

    private ServiceSession Open(ReadOnlySpan<byte> octets, string id, byte[] cookie, Owner sender)
    {
        if (!SessionCookie.TryRead(octets, out var state))
        {
            Fail.With(FailureCode.UnknownContext, "the cookie is of another version");
        }

        if (state.Identifier != id || !endpoint.AcceptsInCookies(state.Scope))
        {
            Fail.With(FailureCode.UnknownContext, state.Identifier != id
                ? "the cookie is of another session"
                : $"the cookie is of another endpoint, this is '{endpoint.Current}'");
        }

        if (state.Expires <= clock.GetUtcNow())
        {
            Fail.With(FailureCode.ContextKeyExpired);
        }

        if (!messages.Element.DefaultAlgorithmSuite.IsSymmetricKeyLengthSupported(state.Key.Length * 8))
        {
            Fail.With(FailureCode.UnknownContext, "the cookie has a key of another length");
        }

        return Create(state, cookie, sender);
    }

    private ServiceSession Create(SessionCookie state, byte[] cookie, Owner sender)
    {
        var context = new SecurityContextKey(state.Identifier, null, SymmetricKey.From(state.Key));
        try
        {
            var keys = SessionSendKeys.Create(
                context, messages.ForHandshake(MessageRole.Reply), random, nonces: state.ReplyNonces.ToArray());
            var read = new ReadCookie(cookie, state.Client.ToArray(), sender, clock.GetTimestamp());
            return new ServiceSession(new SessionKeys { Current = new SessionKey(context, keys, state.Expires) }, read, clock);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private (string Identifier, XmlElement Cookie) ReadToken(SoapEnvelope wire)
    {
        var security = wire.FindSecurity();
        if (security.IsNull)
        {
            Fail.With(FailureCode.SecurityHeaderMissing);
        }

        // The first SecurityContextToken is enough here: verification refuses a header with a second one.
        foreach (var child in security.Children)
        {
            if (child.Is(messages.Protocol.SecurityContextToken))
            {
                return (SecurityContextToken.Read(child, messages.Protocol).Identifier, SecurityContextToken.FindCookie(child));
            }
        }

        return Fail.With<(string, XmlElement)>(FailureCode.UnknownContext);
    }
}
