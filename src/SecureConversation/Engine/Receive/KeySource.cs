using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>The keys that a receiver may use for one message: its own, those of its sessions, that of the request it waits for.</summary>
internal abstract class KeySource
{
    /// <summary>Our certificate with its private key, when an EncryptedKey was wrapped for it.</summary>
    public virtual X509Credential? FindOwn(KeyReference wrappedFor) => null;

    /// <summary>The key of an EncryptedKey of an earlier message, by SHA-1 of its cipher value.</summary>
    public virtual SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) => null;

    /// <summary>A security context by identifier and instance.</summary>
    public virtual SecurityContextKey? FindContext(string identifier, string? instance) => null;

    /// <summary>Whether we derived this key to send with: both sides of a session hold the same secret, so a message under it was reflected.</summary>
    public virtual bool IsOwn(DerivedKeyToken token) => false;

    /// <summary>The certificate of the peer, where the message only refers to it.</summary>
    public virtual X509Certificate2? FindPeer(KeyReference reference) => null;

    /// <summary>Whether a certificate that the message itself brings may sign it. Trust is judged later, by the authenticator.</summary>
    public virtual bool MaySign(X509Certificate2 certificate) => true;
}

/// <summary>A service that reads a request outside a session: it only has its own certificate.</summary>
internal sealed class ServiceKeySource(X509Credential own) : KeySource
{
    public override X509Credential? FindOwn(KeyReference wrappedFor) => wrappedFor.Matches(own.Certificate) ? own : null;
}

/// <summary>Either side of a session: the keys of one security context, and the derived keys that we send with.</summary>
internal sealed class ContextKeySource(SecurityContextKey context, SessionSendKeys own) : KeySource
{
    public override SecurityContextKey? FindContext(string identifier, string? instance) =>
        identifier == context.Identifier && instance == context.Instance ? context : null;

    public override bool IsOwn(DerivedKeyToken token) => own.Uses(token.Inputs.Nonce);
}

/// <summary>A client that reads the reply to a request outside a session.</summary>
internal sealed class ReplyKeySource(ReplyExpectation expectation) : KeySource
{
    public override X509Credential? FindOwn(KeyReference wrappedFor) =>
        expectation.Own is { } own && wrappedFor.Matches(own.Certificate) ? own : null;

    public override SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) =>
        expectation.Key is { } key && sha1.SequenceEqual(expectation.EncryptedKeySha1) ? key : null;

    public override X509Certificate2? FindPeer(KeyReference reference) =>
        expectation.Peer is { } peer && reference.Matches(peer) ? peer : null;

    public override bool MaySign(X509Certificate2 certificate) =>
        expectation.Peer is { } peer && certificate.RawDataMemory.Span.SequenceEqual(peer.RawDataMemory.Span);
}
