using System.Security.Claims;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;

namespace SecureConversation;

/// <summary>What is to be done with a message that a service received. One of the nested cases.</summary>
public abstract class ServiceResult : IDisposable
{
    private protected ServiceResult()
    {
    }

    /// <summary>Returns the buffers, which are cleared.</summary>
    public abstract void Dispose();

    /// <summary>A reply that the engine has made itself.</summary>
    public sealed class Respond : ServiceResult
    {
        private readonly IDisposable? _owner;

        private Respond(ServiceResponseKind kind, ReadOnlyMemory<byte> envelope, FailureCode code, IDisposable? owner)
        {
            Kind = kind;
            Envelope = envelope;
            Code = code;
            _owner = owner;
        }

        /// <summary>What the reply is, for the host to choose how its transport says it.</summary>
        public ServiceResponseKind Kind { get; }

        /// <summary>The SOAP envelope to send, empty when there is none. Valid until disposal.</summary>
        public ReadOnlyMemory<byte> Envelope { get; }

        /// <summary>Why the message was refused; <see cref="FailureCode.None"/> for handshake responses. For logs only.</summary>
        public FailureCode Code { get; }

        /// <inheritdoc/>
        public override void Dispose() => _owner?.Dispose();

        /// <summary>A message that is no SOAP request at all.</summary>
        internal static Respond NotSoap(FailureCode code) => new(ServiceResponseKind.NotSoap, default, code, null);

        /// <summary>A fault without security.</summary>
        internal static Respond Fault(SoapNames names, WireFault fault, FailureCode code, string? relatesTo)
        {
            var envelope = EnvelopeWriter.Fault(names, fault, relatesTo);
            return new Respond(ServiceResponseKind.Fault, envelope.Memory, code, envelope);
        }

        /// <summary>A protected answer: a fault when it has a code.</summary>
        internal static Respond Protected(ServiceAnswer answer) => new(
            answer.Code == FailureCode.None ? ServiceResponseKind.Handshake : ServiceResponseKind.Fault,
            answer.Message.Memory, answer.Code, answer.Message);
    }

    /// <summary>A verified message for the application.</summary>
    public sealed class Dispatch : ServiceResult
    {
        private readonly ReplyProtection _protection;

        internal Dispatch(VerifiedMessage request, ClaimsPrincipal user, ServiceSession? session, ReplyProtection protection)
        {
            Request = request;
            User = user;
            Session = session;
            _protection = protection;
        }

        /// <summary>The verified request. Valid until disposal.</summary>
        public VerifiedMessage Request { get; }

        /// <summary>Who sent it.</summary>
        public ClaimsPrincipal User { get; }

        /// <summary>The session that it belongs to; null outside sessions.</summary>
        public ServiceSession? Session { get; }

        /// <summary>
        /// Protects the reply. A relation to the request is added where the envelope has none; faults are protected like
        /// any reply.
        /// </summary>
        /// <param name="envelope">A plain SOAP envelope of the version of the binding.</param>
        /// <returns>The bytes to send; dispose after sending.</returns>
        /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
        public ProtectedReply Secure(ReadOnlyMemory<byte> envelope)
        {
            var (message, isFault) = _protection.Secure(envelope);
            return new ProtectedReply(message, isFault);
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
            Request.Dispose();
            _protection.Dispose();
        }
    }
}

/// <summary>What a reply of the engine is.</summary>
public enum ServiceResponseKind
{
    /// <summary>The next message of a handshake. HTTP sends it with status 200.</summary>
    Handshake,
    /// <summary>A SOAP fault. HTTP sends it with status 500.</summary>
    Fault,
    /// <summary>Nothing: what came is no SOAP message. HTTP answers with status 400, as WCF does.</summary>
    NotSoap,
}

/// <summary>A protected reply; dispose it when it is sent.</summary>
public sealed class ProtectedReply : IDisposable
{
    private readonly SecuredMessage _message;

    internal ProtectedReply(SecuredMessage message, bool isFault)
    {
        _message = message;
        IsFault = isFault;
    }

    /// <summary>The SOAP envelope. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Envelope => _message.Memory;

    /// <summary>Whether the plain reply was a fault.</summary>
    public bool IsFault { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _message.Key?.Dispose();
        _message.Dispose();
    }
}
