using System.Net;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>Protects the replies to one verified request, with the keys of the request or of its session.</summary>
internal sealed class ReplyProtection : IDisposable
{
    private readonly BindingMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly ReplyExpectation _request;
    private readonly SenderToken? _token;
    private readonly ServiceSession? _session;
    private readonly string? _instance;
    private readonly ServiceCertificates? _certificates;
    private readonly EnteredContext? _context;
    private readonly IPAddress? _remote;
    private int _isDisposed;

    private ReplyProtection(BindingMessages messages, EngineEnvironment environment, ReplyExpectation request, SenderToken token,
        ServiceCertificates certificates, IPAddress? remote)
    {
        // The caller has entered them, so this cannot fail.
        _certificates = certificates.TryEnter() ? certificates : null;
        _remote = remote;
        _messages = messages;
        _environment = environment;
        _request = request;
        _token = token;
    }

    private ReplyProtection(BindingMessages messages, EngineEnvironment environment, ReplyExpectation request, SenderToken token,
        EnteredContext context, IPAddress? remote)
    {
        (_messages, _environment, _request, _token, _context, _remote) = (messages, environment, request, token, context, remote);
    }

    private ReplyProtection(
        BindingMessages messages, EngineEnvironment environment, ReplyExpectation request, ServiceSession session, string? instance,
        IPAddress? remote)
    {
        _remote = remote;
        _messages = messages;
        _environment = environment;
        _request = request;
        _session = session;
        _instance = instance;
    }

    /// <summary>
    /// Creates the protection for a request outside sessions, or for a handshake request. Where the service signs, it signs with the
    /// certificate that the request was encrypted for: it is the one that the client knows.
    /// </summary>
    /// <param name="request">The verified request.</param>
    /// <param name="messages">Its formats.</param>
    /// <param name="certificate">The certificate it was received under, whose credentials the caller has entered.</param>
    /// <param name="environment">The environment of the service.</param>
    public static ReplyProtection ForRequest(
        VerifiedMessage request, BindingMessages messages, OwnCertificate certificate, EngineEnvironment environment)
    {
        var own = certificate.Signing;
        var expectation = new ReplyExpectation
        {
            MessageId = request.MessageId,
            Action = request.Action,
            Signatures = request.Signatures,
            Key = request.TakeRequestKey(),
            EncryptedKeySha1 = request.EncryptedKeySha1,
            Own = own,
            Peers = request.Signer is { } signer ? [signer] : [],
        };
        SenderToken token = messages.IsProtectedByTransport ? new SenderToken.Transport()
            : request.Requirements.IsAsymmetric
            ? new SenderToken.Certificates(own!, RequireRecipient(
                certificate.Owner.Clients.EncryptionCertificateOf(expectation.Peers[0]), messages.Element.DefaultAlgorithmSuite))
            : request.UserNameKeyToken is { } userName ? new SenderToken.CorrelatedUserName(expectation.Key!, userName)
            : request.IssuedPrimary is { Assertion: { } assertion }
            ? new SenderToken.IssuedReply(expectation.Key!, Refer(assertion.Id.ToString(), assertion.Version, request.Requirements))
            : new SenderToken.CorrelatedKey(expectation.Key!, expectation.EncryptedKeySha1);
        return new ReplyProtection(messages, environment, expectation, token, certificate.Owner, request.RemoteAddress);
    }

    /// <exception cref="SecurityFailureException">Nothing can be encrypted for the certificate.</exception>
    private static X509Certificate2 RequireRecipient(X509Certificate2 certificate, SecurityAlgorithmSuite suite) =>
        !EcdsaSignature.IsOfCurve(certificate) || (suite.KeyAgreement is not null && CertificateKey.Agrees(certificate)) ? certificate
        : Fail.With<X509Certificate2>(FailureCode.AlgorithmMismatch, "public key",
            $"{FailureText.Certificate(certificate)}, with a key on an elliptic curve",
            suite.KeyAgreement is null ? "an RSA key to encrypt replies for (KnownClientCertificates.Pairs)"
                : "keyAgreement in its key usage, or an RSA key, to encrypt replies for (KnownClientCertificates.Pairs)");

    /// <summary>The service refers to an assertion by its Id, as WCF: the reply does not repeat it.</summary>
    private static Action<PooledBytes> Refer(string id, SamlVersion version, MessageRequirements requirements) => output =>
        TokenWriter.AssertionReference(output, id, version == SamlVersion.V20, requirements.IsWss11);

    /// <summary>
    /// Creates the protection for a request under a negotiated context, by the same key. Disposing of it leaves the context.
    /// </summary>
    public static ReplyProtection ForContext(
        VerifiedMessage request, BindingMessages messages, EnteredContext context, EngineEnvironment environment) =>
        new(messages, environment,
            new ReplyExpectation { MessageId = request.MessageId, Action = request.Action, Signatures = request.Signatures },
            new SenderToken.Context(context.Key.SendKeys), context.Share(), request.RemoteAddress);

    /// <summary>
    /// Creates the protection for a request in a session that was entered. Disposing leaves the session. A reply is under the key that is
    /// the current one when it is sent: a client that has renewed accepts the one before for a limited time only (recorded).
    /// </summary>
    public static ReplyProtection ForSession(
        VerifiedMessage request, BindingMessages messages, ServiceSession session, EngineEnvironment environment) =>
        new(messages, environment,
            new ReplyExpectation { MessageId = request.MessageId, Action = request.Action, Signatures = request.Signatures },
            session, request.Context!.Instance, request.RemoteAddress);

    /// <summary>
    /// Creates the protection for a message that a service sends by itself in a session that was entered. Disposing leaves the session.
    /// </summary>
    public static ReplyProtection ForMessage(BindingMessages messages, ServiceSession session, EngineEnvironment environment) =>
        new(messages, environment, new ReplyExpectation { Signatures = [] }, session, instance: null, remote: null);

    /// <summary>
    /// Protects a reply of the application. A malformed envelope is a mistake of the application, so it is an argument error.
    /// </summary>
    /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
    public (SecuredMessage Message, bool IsFault) Secure(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var plain = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits);
            var isFault = plain.IsFault;
            var requirements = _messages.ForSentReply(plain.FindText(_messages.Soap.Action), _request.Action);
            var message = !isFault && _messages.AllowsUnsecuredReply(MessageKind.Application)
                ? LeaveUnsecured(plain)
                : Secure(plain, requirements);
            _environment.Messages?.Sent(plain, message, action: null, _session?.Id, _request.MessageId, _remote);
            return (message, isFault);
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException($"The reply is no {_messages.Soap.Version} envelope: {e.Message}", nameof(envelope), e);
        }
    }

    /// <summary>Protects a reply of the engine by the given requirements.</summary>
    public SecuredMessage Secure(PooledBytes envelope, MessageRequirements requirements)
    {
        using var plain = SoapEnvelope.Parse(envelope.Memory, _messages.Soap, _environment.XmlLimits, buffer: envelope);
        return Secure(plain, requirements);
    }

    /// <summary>Protects a message of reliable messaging, whose relation is its sequence: no a:RelatesTo is added (recorded).</summary>
    public SecuredMessage SecureUnrelated(PooledBytes envelope, MessageRequirements requirements)
    {
        using var plain = SoapEnvelope.Parse(envelope.Memory, _messages.Soap, _environment.XmlLimits, buffer: envelope);
        return Secure(plain, requirements, relates: false);
    }

    public void Dispose()
    {
        // A second Leave would zero the keys while another exchange uses them.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _request.Dispose();
            _session?.Leave();
            _certificates?.Leave();
            _context?.Dispose();
        }
    }

    private SecuredMessage LeaveUnsecured(SoapEnvelope plain)
    {
        _environment.Messages?.Plain(plain, action: null, _session?.Id, _request.MessageId, _remote);
        return UnsecuredReply.Create(plain, RelationOf(plain));
    }

    /// <summary>Clients match replies to requests by a:RelatesTo, so it is added if the application has not written it.</summary>
    private string? RelationOf(SoapEnvelope plain) => plain.Find(_messages.Soap.RelatesTo).IsNull ? _request.MessageId : null;

    private SecuredMessage Secure(SoapEnvelope plain, MessageRequirements requirements, bool relates = true)
    {
        if (_token is not null || _messages.IsProtectedByTransport)
        {
            return Secure(plain, requirements, _token ?? new SenderToken.Transport(), relates);
        }

        var key = _session!.EnterReplyKey(_instance);
        try
        {
            return Secure(plain, requirements, new SenderToken.Context(key.SendKeys), relates);
        }
        finally
        {
            key.Leave();
        }
    }

    private SecuredMessage Secure(SoapEnvelope plain, MessageRequirements requirements, SenderToken token, bool relates)
    {
        var securer = new MessageSecurer(requirements, _environment.Clock, _messages.Element.LocalServiceSettings.TimestampValidityDuration,
            _environment.Random, _environment.XmlLimits);
        var extras = new SenderExtras { RelatesTo = relates ? RelationOf(plain) : null, Confirm = _request.Signatures };
        _environment.Messages?.Plain(plain, action: null, _session?.Id, _request.MessageId, _remote);
        using var securing = _environment.Telemetry.Secure(_session?.Id);
        return _environment.Sent(securer.Secure(plain, token, extras), securing);
    }
}
