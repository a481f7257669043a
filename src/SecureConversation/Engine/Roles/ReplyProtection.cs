using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>Protects the replies to one verified request, with the keys that the request gives or those of its session.</summary>
internal sealed class ReplyProtection : IDisposable
{
    private readonly BindingMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly ReplyExpectation _request;
    private readonly SenderToken _token;
    private readonly ServiceSession? _session;
    private int _isDisposed;

    private ReplyProtection(BindingMessages messages, EngineEnvironment environment, ReplyExpectation request, SenderToken token, ServiceSession? session)
    {
        _messages = messages;
        _environment = environment;
        _request = request;
        _token = token;
        _session = session;
    }

    /// <summary>For a request outside a session, or one of the handshake.</summary>
    public static ReplyProtection ForRequest(VerifiedMessage request, BindingMessages messages, X509Credential own, EngineEnvironment environment)
    {
        var expectation = new ReplyExpectation
        {
            MessageId = request.MessageId,
            Signatures = request.Signatures,
            Key = request.TakeRequestKey(),
            EncryptedKeySha1 = request.EncryptedKeySha1,
            Own = own,
            Peer = request.Signer,
        };
        SenderToken token = request.Requirements.IsAsymmetric
            ? new SenderToken.Certificates(own, expectation.Peer!)
            : new SenderToken.CorrelatedKey(expectation.Key!, expectation.EncryptedKeySha1);
        return new ReplyProtection(messages, environment, expectation, token, null);
    }

    /// <summary>For a request of a session that has been entered; disposing leaves it.</summary>
    public static ReplyProtection ForSession(VerifiedMessage request, BindingMessages messages, ServiceSession session, EngineEnvironment environment) =>
        new(messages, environment, new ReplyExpectation { MessageId = request.MessageId, Signatures = request.Signatures },
            new SenderToken.Context(session.ReplyKeys), session);

    /// <summary>A reply of the application: what is wrong with it is the application's mistake, not a peer's.</summary>
    /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
    public (SecuredMessage Message, bool IsFault) Secure(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var plain = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits);
            var isFault = plain.IsFault;
            var requirements = _messages.ForAction(plain.FindText(_messages.Soap.Action), MessageRole.Reply);
            return (Secure(plain, requirements), isFault);
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException($"The reply is no {_messages.Soap.Version} envelope: {e.Message}", nameof(envelope), e);
        }
    }

    /// <summary>A reply of the engine itself, under requirements of its own.</summary>
    public SecuredMessage Secure(PooledBytes envelope, MessageRequirements requirements)
    {
        using var plain = SoapEnvelope.Parse(envelope.Memory, _messages.Soap, _environment.XmlLimits, buffer: envelope);
        return Secure(plain, requirements);
    }

    public void Dispose()
    {
        // Leaving twice would zero the keys under another exchange.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _request.Dispose();
            _session?.Leave();
        }
    }

    private SecuredMessage Secure(SoapEnvelope plain, MessageRequirements requirements)
    {
        var securer = new MessageSecurer(requirements, _environment.Clock, _messages.Element.LocalServiceSettings.TimestampValidityDuration,
            _environment.Random, _environment.XmlLimits);
        using var related = Relate(plain);
        return securer.Secure(related ?? plain, _token, new SenderExtras { Confirm = _request.Signatures });
    }

    /// <summary>Adds a:RelatesTo where the application has not: clients match replies by it, and it is signed.</summary>
    private SoapEnvelope? Relate(SoapEnvelope plain)
    {
        if (_request.MessageId is not { } id || !plain.Find(_messages.Soap.RelatesTo).IsNull)
        {
            return null;
        }

        var splice = new EnvelopeSplice(plain);
        splice.InsertHeader(output => AddressingWriter.RelatesTo(output, _messages.Soap, id));
        var buffer = splice.Apply();
        return SoapEnvelope.Parse(buffer.Memory, plain.Names, _environment.XmlLimits, buffer: buffer);
    }
}
