using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>
/// The state of a decoder from earlier messages: encrypted keys, security contexts, and the requests that replies answer.
/// </summary>
internal sealed class DecoderKnowledge(ConversationKeys keys, MessageSecurityBinding binding, TimeProvider clock) : IDisposable
{
    private readonly ProtocolVersion _session = ProtocolVersion.Of(binding.Element.MessageSecurityVersion);
    private readonly Dictionary<string, SymmetricKey> _encryptedKeys = [];
    private readonly Dictionary<string, SymmetricKey> _issuedKeys = [];
    private readonly Dictionary<string, SymmetricKey> _userNameKeys = [];
    private readonly Dictionary<(string, string?), SecurityContextKey> _contexts = [];
    private readonly Dictionary<(string, string?), DateTimeOffset> _expiry = [];
    private readonly Dictionary<string, (string?, string?)> _clients = [];
    private readonly HashSet<string> _ended = [];
    private readonly Dictionary<string, DecodedRequest> _requests = [];
    private readonly InMemoryReplayCache _clientReplays = new(int.MaxValue, clock);
    private InMemoryReplayCache _serviceReplays = new(int.MaxValue, clock);

    /// <summary>The keys for a message. Those that its tokens bring are found in it.</summary>
    public KeySource Source(MessageDirection direction, SoapEnvelope wire, MessageRequirements requirements)
    {
        var source = new DecoderKeySource(this, direction);
        if (direction == MessageDirection.ClientToService)
        {
            source.Assertions = DecodedTokens.Assertions(wire, requirements, source.FindOwn);
            if (DecodedTokens.UserName(wire, requirements, keys.FindPassword) is { } user && !_userNameKeys.TryAdd(user.Id, user.Key))
            {
                user.Key.Dispose();
            }
        }

        return source;
    }

    /// <summary>Finds the request with a message id; null when the recording does not have it.</summary>
    public DecodedRequest? FindRequest(string? messageId) => messageId is null ? null : _requests.GetValueOrDefault(messageId);

    /// <summary>Whether a request with that message id renews a session.</summary>
    public bool IsRenewal(string? messageId) => FindRequest(messageId)?.Kind == MessageKind.RenewRequest;

    /// <summary>
    /// Drops the state that a service loses when it restarts: its replay cache and, if their state is not in a cookie, its sessions.
    /// </summary>
    public void ForgetService()
    {
        _serviceReplays = new InMemoryReplayCache(int.MaxValue, clock);
        if (binding.SecureConversation is { RequireCancellation: true })
        {
            _ended.UnionWith(_contexts.Keys.Select(c => c.Item1));
        }
    }

    public void RequireFirst(VerifiedMessage message, MessageDirection direction, Freshness freshness)
    {
        if (freshness.RemembersMessage(message.Timestamp) && !message.ReplayValue.IsEmpty)
        {
            var seen = direction == MessageDirection.ClientToService ? _serviceReplays : _clientReplays;
            Freshness.RequireFirst(seen.TryAdd(message.ReplayValue, freshness.Retention));
        }
    }

    public void RequireUsable(VerifiedMessage message, MessageDirection direction, MessageKind kind)
    {
        if (direction == MessageDirection.ClientToService
            && message.Context is { } context
            && _expiry.TryGetValue((context.Identifier, context.Instance), out var expires))
        {
            SessionRules.RequireUsable(kind, expires, clock.GetUtcNow());
        }
    }

    public void Learn(VerifiedMessage message, MessageKind kind, XmlLimits limits)
    {
        if (message.TakeRequestKey() is { } key && !(message.IssuedPrimary is { } issued
            ? _issuedKeys.TryAdd(issued.Assertion.Id.ToString(), key)
            : message.UserNameKeyToken is null && _encryptedKeys.TryAdd(Convert.ToBase64String(message.EncryptedKeySha1), key)))
        {
            key.Dispose();
        }

        switch (kind)
        {
            case MessageKind.IssueRequest:
                Remember(message, kind, HandshakeBody.ReadRequest(message, _session, limits));
                break;
            case MessageKind.RenewRequest:
                // Remembered first: what the service refuses it answers by a fault under the key of the request.
                var renew = HandshakeBody.ReadRequest(message, _session, limits);
                Remember(message, kind, renew);
                ServiceRenew.RequireTarget(renew, message.EndorsingContext!, _session.SctTokenType);
                RequireSameClient(message);
                break;
            case MessageKind.IssueResponse or MessageKind.RenewResponse:
                LearnContext(message, HandshakeBody.ReadResponse(message, _session, limits));
                break;
            case MessageKind.CancelRequest:
                var cancel = HandshakeBody.ReadRequest(message, _session, limits);
                ServiceCancel.RequireTarget(cancel, message.ContextId);
                Remember(message, kind, cancel);
                break;
            case MessageKind.CancelResponse:
                // Where the transport protects replies, only the request says which session it was.
                _ = (message.ContextId ?? FindRequest(message.RelatesTo)?.Trust?.Target?.Uri) is { } ended && _ended.Add(ended);
                break;
            default:
                Remember(message, kind, null);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var key in _encryptedKeys.Values.Concat(_issuedKeys.Values).Concat(_userNameKeys.Values))
        {
            key.Dispose();
        }

        foreach (var context in _contexts.Values)
        {
            context.Dispose();
        }
    }

    /// <summary>The encrypted key of the request with a message id; null when the request had none.</summary>
    internal (SymmetricKey Key, byte[] Sha1)? LastRequestKey(string? messageId) =>
        FindRequest(messageId) is { } request && FindEncryptedKey(Convert.ToBase64String(request.EncryptedKeySha1)) is { } key
            ? (key, request.EncryptedKeySha1)
            : null;

    internal SymmetricKey? FindEncryptedKey(string sha1) => _encryptedKeys.GetValueOrDefault(sha1);

    internal SecurityContextKey? FindContext(string identifier, string? instance) => _contexts.GetValueOrDefault((identifier, instance));

    internal bool HasEnded(string identifier) => _ended.Contains(identifier);

    internal RequestSecurityToken? TrustRequestOf(string messageId) => FindRequest(messageId)?.Trust;

    private void Remember(VerifiedMessage message, MessageKind kind, RequestSecurityToken? trust)
    {
        if (message.MessageId is { } id)
        {
            _requests[id] = new DecodedRequest(
                kind, message.Action, message.Signatures, trust, message.EncryptedKeySha1, ClientOf(message));
        }
    }

    private void RequireSameClient(VerifiedMessage message)
    {
        if (_clients.TryGetValue(message.EndorsingContext!.Identifier, out var client) && client != ClientOf(message))
        {
            Fail.With(FailureCode.RenewalRefused, "it comes from another client than the session");
        }
    }

    private static (string?, string?) ClientOf(VerifiedMessage message) =>
        (message.SenderCertificate?.Thumbprint, message.Tokens.UserName?.UserName);

    private void LearnContext(VerifiedMessage message, RequestSecurityTokenResponse response)
    {
        if (message.RelatesTo is not { } id || !_requests.TryGetValue(id, out var request) || response.Token is not { } token)
        {
            Fail.With(FailureCode.RelatesToMismatch);
            return;
        }

        if (request.Kind == MessageKind.RenewRequest && (token.Identifier != request.Trust?.Target?.Uri || token.Instance is null))
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wsc:SecurityContextToken");
        }

        var key = KeyAgreement.Complete(response, request.Trust?.Entropy, binding.Element, _session);
        // A context that is known keeps its key: a second response for it would be somebody else's.
        if (!_contexts.TryAdd((token.Identifier, token.Instance), new SecurityContextKey(token.Identifier, token.Instance, key)))
        {
            key.Dispose();
            return;
        }

        _clients.TryAdd(token.Identifier, request.Client);
        if (response.Expires is { } expires)
        {
            _expiry[(token.Identifier, token.Instance)] = expires;
        }
    }

    private sealed class DecoderKeySource(DecoderKnowledge knowledge, MessageDirection direction) : KeySource
    {
        private readonly ConversationKeys _keys = knowledge.Keys;

        public override X509Credential? FindOwn(KeyReference wrappedFor)
        {
            X509Credential?[] receiver = direction == MessageDirection.ClientToService
                ? [_keys.ServiceEncryption, _keys.Service]
                : [_keys.ClientEncryption, _keys.Client];
            return Array.Find(receiver, own => own is not null && wrappedFor.Matches(own.Certificate));
        }

        public override X509Certificate2? FindClient(KeyReference reference) =>
            _keys.Client is { } client && reference.Matches(client.Certificate) ? client.Certificate : null;

        public override SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) =>
            knowledge.FindEncryptedKey(Convert.ToBase64String(sha1));

        public override SymmetricKey? FindIssuedKey(KeyReference reference) => reference.Kind == KeyReferenceKind.Assertion
            ? knowledge._issuedKeys.GetValueOrDefault(reference.LocalId.ToString())
            : null;

        public override SymmetricKey? FindUserNameKey(XmlId token) => knowledge._userNameKeys.GetValueOrDefault(token.ToString());

        public override SecurityContextKey? FindContext(string identifier, string? instance) =>
            direction == MessageDirection.ClientToService && knowledge.HasEnded(identifier)
                ? null
                : knowledge.FindContext(identifier, instance);

        // As for a service: the certificate of a client has to be in its message, also where the receiver knows it (recorded), unless the
        // binding has the client name it.
        public override X509Certificate2? FindPeer(KeyReference reference) =>
            direction == MessageDirection.ServiceToClient && _keys.Service is { } service && reference.Matches(service.Certificate)
                ? service.Certificate
                : null;

        public override bool MaySign(X509Certificate2 certificate) => direction == MessageDirection.ClientToService
            || (_keys.Service is { } service && certificate.RawDataMemory.Span.SequenceEqual(service.Certificate.RawDataMemory.Span));
    }

    private ConversationKeys Keys => keys;
}

/// <summary>The facts of a decoded request that the check of its reply needs.</summary>
internal sealed record DecodedRequest(
    MessageKind Kind, string? Action, IReadOnlyList<SentSignature> Signatures, RequestSecurityToken? Trust, byte[] EncryptedKeySha1,
    (string? Thumbprint, string? UserName) Client);
