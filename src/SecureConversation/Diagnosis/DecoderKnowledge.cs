using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>What a decoder has learnt from the messages before: wrapped keys, contexts, and the requests that replies answer.</summary>
internal sealed class DecoderKnowledge(ConversationKeys keys, MessageSecurityBinding binding, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, SymmetricKey> _encryptedKeys = [];
    private readonly Dictionary<(string, string?), SecurityContextKey> _contexts = [];
    private readonly Dictionary<string, DateTimeOffset> _expiry = [];
    private readonly HashSet<string> _ended = [];
    private readonly Dictionary<string, (IReadOnlyList<SentSignature> Signatures, RequestSecurityToken? Trust, byte[] EncryptedKeySha1)> _requests = [];
    private readonly InMemoryReplayCache _clientReplays = new(int.MaxValue, clock);
    private InMemoryReplayCache _serviceReplays = new(int.MaxValue, clock);

    public KeySource Source(MessageDirection direction) => new DecoderKeySource(this, direction);

    public IReadOnlyList<SentSignature> SignaturesOf(string? messageId) =>
        messageId is not null && _requests.TryGetValue(messageId, out var request) ? request.Signatures : [];

    public bool IsHandshake(string? messageId) =>
        messageId is not null && _requests.TryGetValue(messageId, out var request) && request.Trust is { Kind: TrustRequestKind.Issue };

    /// <summary>What a service forgets when it restarts: which messages it saw and, unless they travel in a cookie, its contexts.</summary>
    public void ForgetService()
    {
        _serviceReplays = new InMemoryReplayCache(int.MaxValue, clock);
        if (binding.SecureConversation is { RequireCancellation: true })
        {
            _ended.UnionWith(_contexts.Keys.Select(c => c.Item1));
        }
    }

    public void RequireFirstTime(VerifiedMessage message, MessageDirection direction, BindingMessages messages)
    {
        var isRequest = direction == MessageDirection.ClientToService;
        var (detect, window, skew) = isRequest
            ? (messages.Element.LocalServiceSettings.DetectReplays, messages.Element.LocalServiceSettings.ReplayWindow, messages.Element.LocalServiceSettings.MaxClockSkew)
            : (messages.Element.LocalClientSettings.DetectReplays, messages.Element.LocalClientSettings.ReplayWindow, messages.Element.LocalClientSettings.MaxClockSkew);
        if (detect && message.Timestamp is not null
            && (isRequest ? _serviceReplays : _clientReplays).TryAdd(message.PrimarySignatureValue, window + skew + skew) != ReplayOutcome.Fresh)
        {
            Fail.With(FailureCode.Replayed);
        }

        if (message.ContextId is { } context && isRequest && _expiry.TryGetValue(context, out var expires) && clock.GetUtcNow() >= expires
            && message.Action != messages.Protocol.CancelAction)
        {
            Fail.With(FailureCode.ContextKeyExpired);
        }
    }

    public void Learn(VerifiedMessage message, DecodedKind kind, BindingMessages messages, XmlLimits limits)
    {
        if (message.TakeRequestKey() is { } key && !_encryptedKeys.TryAdd(Convert.ToBase64String(message.EncryptedKeySha1), key))
        {
            key.Dispose();
        }

        switch (kind)
        {
            case DecodedKind.IssueRequest:
                Remember(message, RequestSecurityToken.Read(IndexBody(message, messages, limits).Body.FirstChild, messages.Protocol));
                break;
            case DecodedKind.IssueResponse:
                LearnContext(message, RequestSecurityTokenResponse.Read(IndexBody(message, messages, limits).Body.FirstChild, messages.Protocol), messages);
                break;
            case DecodedKind.CancelRequest:
                var cancel = RequestSecurityToken.Read(IndexBody(message, messages, limits).Body.FirstChild, messages.Protocol);
                if (cancel.Kind != TrustRequestKind.Cancel || cancel.Target?.Uri != message.ContextId)
                {
                    Fail.With(FailureCode.InvalidTrustRequest);
                }

                Remember(message, cancel);
                break;
            case DecodedKind.CancelResponse:
                _ended.Add(message.ContextId!);
                break;
            default:
                Remember(message, null);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var key in _encryptedKeys.Values)
        {
            key.Dispose();
        }

        foreach (var context in _contexts.Values)
        {
            context.Dispose();
        }
    }

    /// <summary>The wrapped key of a request, by its message id; null where it had none.</summary>
    internal (SymmetricKey Key, byte[] Sha1)? LastRequestKey(string? messageId) =>
        messageId is not null && _requests.TryGetValue(messageId, out var request) && FindEncryptedKey(Convert.ToBase64String(request.EncryptedKeySha1)) is { } key
            ? (key, request.EncryptedKeySha1)
            : null;

    internal SymmetricKey? FindEncryptedKey(string sha1) => _encryptedKeys.GetValueOrDefault(sha1);

    internal SecurityContextKey? FindContext(string identifier, string? instance) => _contexts.GetValueOrDefault((identifier, instance));

    internal bool HasEnded(string identifier) => _ended.Contains(identifier);

    internal RequestSecurityToken? TrustRequestOf(string messageId) => _requests.TryGetValue(messageId, out var request) ? request.Trust : null;

    private static SoapEnvelope IndexBody(VerifiedMessage message, BindingMessages messages, XmlLimits limits) =>
        SoapEnvelope.Parse(message.DecryptedEnvelope, messages.Soap, limits, indexBody: true);

    private void Remember(VerifiedMessage message, RequestSecurityToken? trust)
    {
        if (message.MessageId is { } id)
        {
            _requests[id] = (message.Signatures, trust, message.EncryptedKeySha1);
        }
    }

    private void LearnContext(VerifiedMessage message, RequestSecurityTokenResponse response, BindingMessages bootstrap)
    {
        if (message.RelatesTo is not { } id || !_requests.TryGetValue(id, out var request) || response.Token is not { } token)
        {
            Fail.With(FailureCode.RelatesToMismatch);
            return;
        }

        var key = SessionKeys.Complete(response, request.Trust?.Entropy, bootstrap.Element.KeyEntropyMode, binding.Element.DefaultAlgorithmSuite, bootstrap.Protocol);
        _contexts[(token.Identifier, token.Instance)] = new SecurityContextKey(token.Identifier, token.Instance, key);
        if (response.Expires is { } expires)
        {
            _expiry[token.Identifier] = expires;
        }
    }

    private sealed class DecoderKeySource(DecoderKnowledge knowledge, MessageDirection direction) : KeySource
    {
        private readonly ConversationKeys _keys = knowledge.Keys;

        public override X509Credential? FindOwn(KeyReference wrappedFor)
        {
            var receiver = direction == MessageDirection.ClientToService ? _keys.Service : _keys.Client;
            return receiver is not null && wrappedFor.Matches(receiver.Certificate) ? receiver : null;
        }

        public override SymmetricKey? FindEncryptedKey(ReadOnlySpan<byte> sha1) => knowledge.FindEncryptedKey(Convert.ToBase64String(sha1));

        public override SecurityContextKey? FindContext(string identifier, string? instance) =>
            direction == MessageDirection.ClientToService && knowledge.HasEnded(identifier) ? null : knowledge.FindContext(identifier, instance);

        public override X509Certificate2? FindPeer(KeyReference reference)
        {
            var sender = direction == MessageDirection.ClientToService ? _keys.Client : _keys.Service;
            return sender is not null && reference.Matches(sender.Certificate) ? sender.Certificate : null;
        }

        public override bool MaySign(X509Certificate2 certificate) => direction == MessageDirection.ClientToService
            || certificate.RawDataMemory.Span.SequenceEqual(_keys.Service.Certificate.RawDataMemory.Span);
    }

    private ConversationKeys Keys => keys;
}
