using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The keys that a receiver may use for one message: its own private key, the keys of its sessions, and the key of the
/// request whose reply it waits for.
/// </summary>
internal abstract class KeySource
{
    /// <summary>Takes down which key is used; null where nobody asks.</summary>
    public KeyUse? Use { get; init; }

    /// <summary>The receiver's certificate with its private key, if the EncryptedKey was wrapped for it; else null.</summary>
    public virtual X509Credential? FindOwn(KeyReference wrappedFor) => null;

    /// <summary>The session of the message; null outside sessions.</summary>
    public virtual string? Session => null;

    /// <summary>The certificate or context that the receiver has, for the log; null when it has none.</summary>
    public virtual string? OwnName => null;

    /// <summary>The key of an EncryptedKey of an earlier message, by SHA-1 of its cipher value; null when unknown.</summary>
    public virtual SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) => null;

    /// <summary>
    /// The key that is made of the password of a user, for the message that is read; null when there is none. It stays the source's.
    /// </summary>
    /// <param name="token">The Id of its token: in a request that of the message, in a reply that of the request.</param>
    public virtual SymmetricKey? FindUserNameKey(XmlId token) => null;

    /// <summary>The assertions of the message whose issuers were judged, for a service; null where it has none.</summary>
    public ReceivedAssertions? Assertions { get; set; }

    /// <summary>The key of the issued token of a client's request, as its reply refers to it; null when unknown. The client's.</summary>
    public virtual SymmetricKey? FindIssuedKey(KeyReference reference) => null;

    /// <summary>A security context by identifier and instance; null when unknown.</summary>
    public virtual SecurityContextKey? FindContext(string identifier, string? instance) => null;

    /// <summary>
    /// Whether the receiver derived this key itself, to send with. Both sides of a session hold the same secret, so a message
    /// under such a key was reflected.
    /// </summary>
    public virtual bool IsOwn(DerivedKeyToken token) => false;

    /// <summary>The known certificate of the peer that the message refers to; null when the reference names another.</summary>
    public virtual X509Certificate2? FindPeer(KeyReference reference) => null;

    /// <summary>The certificate of a client that the message names and does not bring; null when the service does not know it.</summary>
    public virtual X509Certificate2? FindClient(KeyReference reference) => null;

    /// <summary>
    /// A certificate to spend work on in the place of one that is not known, so that both take as long; null where nobody could learn that.
    /// </summary>
    public virtual X509Certificate2? StandIn => null;

    /// <summary>The known certificates of the peer; none for a service, which knows none before the message names it.</summary>
    public virtual IReadOnlyList<X509Certificate2> Peers => [];

    /// <summary>Whether a certificate that the message itself brings may sign it. The authenticator judges trust later.</summary>
    public virtual bool MaySign(X509Certificate2 certificate) => true;
}

/// <summary>
/// The keys of a service that reads a request outside a session: only that of its own certificate, those of clients that it knows, and that
/// of the user name in the message.
/// </summary>
/// <param name="own">The certificate; null where messages need none.</param>
/// <param name="clients">The certificates of clients that the service knows.</param>
/// <param name="ofUserName">The key of the user name in the message; null where the binding has none. It stays the caller's.</param>
/// <param name="negotiated">The key of the negotiated context that the message names; null where another key protects it.</param>
internal class ServiceKeySource(
    X509Credential? own, KnownClients clients, SymmetricKey? ofUserName, SessionKey? negotiated = null) : KeySource
{
    public override SecurityContextKey? FindContext(string identifier, string? instance) =>
        negotiated?.Context is { } context && context.Identifier == identifier && context.Instance == instance ? context : null;

    public override bool IsOwn(DerivedKeyToken token) => negotiated?.SendKeys.Uses(token.Inputs) == true;

    public override SymmetricKey? FindUserNameKey(XmlId token) => ofUserName;

    public override X509Credential? FindOwn(KeyReference wrappedFor) =>
        own is not null && wrappedFor.Matches(own.Certificate) ? own : null;

    public override string? OwnName => negotiated is not null ? negotiated.Context.Identifier
        : own is null ? null
        : FailureText.Certificate(own.Certificate);

    public override X509Certificate2? FindClient(KeyReference reference) => clients.Find(reference);

    public override X509Certificate2? StandIn => own?.Certificate;
}

/// <summary>
/// The keys of a service that reads a renewal: that of its certificate, and the key of the context that endorses, which is looked for when
/// the rest of the message holds.
/// </summary>
/// <param name="own">The certificate; null where messages need none.</param>
/// <param name="clients">The certificates of clients that the service knows.</param>
/// <param name="ofUserName">The key of the user name in the message; null where the binding has none. It stays the caller's.</param>
/// <param name="negotiated">The key of the negotiated context that the message names; null where another key protects it.</param>
internal sealed class RenewalKeySource(X509Credential? own, KnownClients clients, SymmetricKey? ofUserName, SessionKey? negotiated)
    : ServiceKeySource(own, clients, ofUserName, negotiated)
{
    /// <summary>The key by which the message is endorsed; null until it was found.</summary>
    public SessionKey? Endorsing { get; set; }

    public override SecurityContextKey? FindContext(string identifier, string? instance) =>
        Endorsing?.Context is { } context && context.Identifier == identifier && context.Instance == instance ? context
        : base.FindContext(identifier, instance);

    public override bool IsOwn(DerivedKeyToken token) => Endorsing?.SendKeys.Uses(token.Inputs) == true || base.IsOwn(token);
}

/// <summary>
/// The keys of either side of a session: those of one security context. The derived keys that this side sends with serve to
/// recognize reflected messages.
/// </summary>
internal sealed class ContextKeySource(SecurityContextKey context, SessionSendKeys own) : KeySource
{
    public override SecurityContextKey? FindContext(string identifier, string? instance) =>
        identifier == context.Identifier && instance == context.Instance ? context : null;

    public override bool IsOwn(DerivedKeyToken token) => own.Uses(token.Inputs);

    /// <summary>Whether the context is that of a session, and not a negotiated one that protects single messages.</summary>
    public bool IsOfSession { get; init; } = true;

    public override string? Session => IsOfSession ? context.Identifier : null;

    public override string OwnName => $"{context.Identifier}{(context.Instance is null ? "" : $", instance {context.Instance}")}";
}

/// <summary>
/// The keys of a client that reads the reply to a request of a session: that of the request, and others that the session has by then. A
/// request under a key that was renewed meanwhile is answered under the new one (recorded).
/// </summary>
/// <param name="request">The key of the request, which was entered.</param>
/// <param name="enterOther">Finds and enters another key of the session; null when there is none.</param>
internal sealed class SessionReplyKeySource(SessionKey request, Func<string?, SessionKey?> enterOther) : KeySource
{
    // Most requests need no other key.
    private SessionKey[] _others = [];

    public override SecurityContextKey? FindContext(string identifier, string? instance)
    {
        if (identifier != request.Context.Identifier)
        {
            return null;
        }

        if (instance == request.Instance)
        {
            return request.Context;
        }

        // The references of one message lead here one after the other.
        foreach (var known in Volatile.Read(ref _others))
        {
            if (known.Instance == instance)
            {
                return known.Context;
            }
        }

        if (enterOther(instance) is not { } other)
        {
            return null;
        }

        SessionKey[] others;
        do
        {
            others = Volatile.Read(ref _others);
        }
        while (Interlocked.CompareExchange(ref _others, [.. others, other], others) != others);
        return other.Context;
    }

    public override bool IsOwn(DerivedKeyToken token)
    {
        foreach (var other in Volatile.Read(ref _others))
        {
            if (other.SendKeys.Uses(token.Inputs))
            {
                return true;
            }
        }

        return request.SendKeys.Uses(token.Inputs);
    }

    /// <summary>Leaves what was entered. To be called once, when no reply is read any more.</summary>
    public void LeaveOthers()
    {
        foreach (var key in Interlocked.Exchange(ref _others, []))
        {
            key.Leave();
        }
    }
}

/// <summary>The keys of a client that reads the reply to a request outside a session.</summary>
internal sealed class ReplyKeySource(ReplyExpectation expectation) : KeySource
{
    public override X509Credential? FindOwn(KeyReference wrappedFor) => Own.FirstOrDefault(own => wrappedFor.Matches(own.Certificate));

    public override string? OwnName =>
        Own.Any() ? string.Join(" or ", Own.Select(own => FailureText.Certificate(own.Certificate))) : null;

    public override SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) =>
        expectation.Key is { } key && sha1.SequenceEqual(expectation.EncryptedKeySha1) ? key : null;

    public override SymmetricKey? FindUserNameKey(XmlId token) =>
        expectation.UserNameToken is { } sent && token.ToString() == sent ? expectation.Key : null;

    public override SymmetricKey? FindIssuedKey(KeyReference reference) =>
        expectation.Issued is { } issued && issued.IsNamedBy(reference) ? issued.Key : null;

    public override X509Certificate2? FindPeer(KeyReference reference) =>
        expectation.Peers.FirstOrDefault(reference.Matches);

    public override IReadOnlyList<X509Certificate2> Peers => expectation.Peers;

    private IEnumerable<X509Credential> Own => new[] { expectation.OwnForEncryption, expectation.Own }.OfType<X509Credential>();

    public override bool MaySign(X509Certificate2 certificate) =>
        expectation.Peers.Any(peer => certificate.RawDataMemory.Span.SequenceEqual(peer.RawDataMemory.Span));
}
