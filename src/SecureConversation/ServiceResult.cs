using System.Security.Claims;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;

namespace SecureConversation;

/// <summary>What is to be done with a message that a service received. One of the nested cases.</summary>
public abstract class ServiceResult : IDisposable
{
    private protected ServiceResult()
    {
    }

    /// <summary>Returns the buffers, which are cleared.</summary>
    public abstract void Dispose();

    /// <summary>A reply that the engine has made itself: a handshake response or a fault.</summary>
    public sealed class Respond : ServiceResult
    {
        private readonly IDisposable _owner;

        internal Respond(ReadOnlyMemory<byte> envelope, int statusCode, FailureCode code, IDisposable owner)
        {
            Envelope = envelope;
            StatusCode = statusCode;
            Code = code;
            _owner = owner;
        }

        /// <summary>The SOAP envelope to send, empty when there is none. Valid until disposal.</summary>
        public ReadOnlyMemory<byte> Envelope { get; }

        /// <summary>The HTTP status to send it with.</summary>
        public int StatusCode { get; }

        /// <summary>Why the message was refused; <see cref="FailureCode.None"/> for handshake responses. For logs only.</summary>
        public FailureCode Code { get; }

        /// <inheritdoc/>
        public override void Dispose() => _owner.Dispose();
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

    /// <summary>Whether the plain reply was a fault, which HTTP sends with status 500.</summary>
    public bool IsFault { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _message.Key?.Dispose();
        _message.Dispose();
    }
}
