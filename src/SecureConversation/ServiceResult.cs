using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;

namespace SecureConversation;

/// <summary>What the host does with a message that a service received: one of the nested cases.</summary>
public abstract partial class ServiceResult : IDisposable
{
    private protected ServiceResult()
    {
    }

    /// <summary>Clears the buffers and returns them to their pool.</summary>
    public abstract void Dispose();

    /// <summary>The engine made the reply; the host sends it.</summary>
    public sealed class Respond : ServiceResult
    {
        private readonly IDisposable? _owner;

        private Respond(
            ServiceResponseKind kind, ReadOnlyMemory<byte> envelope, FailureCode code, IDisposable? owner, ServiceSession? opened = null)
        {
            Kind = kind;
            Envelope = envelope;
            Code = code;
            Opened = opened;
            _owner = owner;
        }

        /// <summary>The kind of the reply, by which the host chooses the status of its transport.</summary>
        public ServiceResponseKind Kind { get; }

        /// <summary>The SOAP envelope to send, in UTF-8; empty when there is none. Valid until disposal.</summary>
        public ReadOnlyMemory<byte> Envelope { get; }

        /// <summary>Why the message was refused; <see cref="FailureCode.None"/> for handshake responses. For logs only.</summary>
        public FailureCode Code { get; }

        /// <summary>
        /// The session that a client has with this reply; null for any other reply. A host that cannot send the reply ends it with
        /// <see cref="MessageSecurityService.AbortAsync"/>, or it keeps its place until NegotiationTimeout.
        /// </summary>
        public ServiceSession? Opened { get; }

        /// <inheritdoc/>
        public override void Dispose() => _owner?.Dispose();

        /// <summary>Makes the result for a message that is not SOAP.</summary>
        internal static Respond NotSoap(FailureCode code) => new(ServiceResponseKind.NotSoap, default, code, null);

        /// <summary>Makes a fault without message security.</summary>
        internal static Respond Fault(SoapNames names, WireFault fault, FailureCode code, string? relatesTo)
        {
            var envelope = EnvelopeWriter.Fault(names, fault, relatesTo);
            return new Respond(ServiceResponseKind.Fault, envelope.Memory, code, envelope);
        }

        /// <summary>Makes a fault of the application for a client that it refused, without message security.</summary>
        internal static Respond Fault(SoapNames names, AuthenticationFaultException fault, FailureCode code, string? relatesTo)
        {
            var envelope = EnvelopeWriter.Fault(names, fault, relatesTo);
            return new Respond(ServiceResponseKind.Fault, envelope.Memory, code, envelope);
        }

        /// <summary>Makes the result for a message of a reliable session that counts as lost: its client sends it again.</summary>
        internal static Respond Dropped() => new(ServiceResponseKind.None, default, FailureCode.None, null);

        /// <summary>Makes the result for a protected answer, which is a fault if it has a failure code.</summary>
        internal static Respond Protected(ServiceAnswer answer) => new(
            answer.Code == FailureCode.None && !answer.IsFault ? ServiceResponseKind.Handshake : ServiceResponseKind.Fault,
            answer.Message.Memory, answer.Code, answer.Message, answer.Opened);
    }

    /// <summary>A verified message for the application.</summary>
    public sealed class Dispatch : ServiceResult
    {
        private readonly ReplyProtection _protection;

        // Has the client, of whom each request gets a copy, if anybody asks for it.
        private readonly ServiceSession? _ofSession;
        private readonly X509Certificate2? _certificate;
        private ClaimsPrincipal? _user;

        internal Dispatch(VerifiedMessage request, ServiceSession session, ReplyProtection protection)
            : this(request, user: null, session.Cookie is null ? session : null, protection) => _ofSession = session;

        internal Dispatch(VerifiedMessage request, ClaimsPrincipal? user, ServiceSession? session, ReplyProtection protection)
        {
            Request = request;
            _user = user;
            _certificate = request.SenderCertificate;
            Session = session;
            _protection = protection;
        }

        /// <summary>The exchange of a reliable session; null outside such sessions.</summary>
        internal ReliableDelivery? Delivery { get; init; }

        /// <summary>The verified request. Valid until disposal.</summary>
        public VerifiedMessage Request { get; }

        /// <summary>
        /// Identifier of the sequence of a reliable session that the request came in, which WCF gives to applications as the id of their
        /// session; null outside such sessions. A host lets the application finish with a request of a sequence also when the client has
        /// gone, and ends with <see cref="Secure"/> or <see cref="Acknowledge"/>: the answer is kept, and the request does not come again.
        /// </summary>
        public string? SequenceId => Delivery?.SequenceId;

        /// <summary>
        /// The authenticated sender of the request. It belongs to this request alone, in a session too: what the application adds to it
        /// is seen by no other request.
        /// </summary>
        public ClaimsPrincipal User => _user ?? LazyInitializer.EnsureInitialized(ref _user, _ofSession!.CopyUser);

        /// <summary>
        /// The session of the request; null outside sessions, and where RequireCancellation is false: the service keeps no such session, so
        /// the application has no state in it, and WCF gives it no session id either.
        /// </summary>
        public ServiceSession? Session { get; }

        /// <summary>
        /// The certificate that the sender proved to hold, in a session when it was opened; null for other credentials.
        /// </summary>
        public X509Certificate2? ClientCertificate => _ofSession is null ? _certificate : _ofSession.ClientCertificate;

        /// <summary>
        /// Protects the reply. Adds a:RelatesTo if the envelope has none. Faults are protected like any other reply.
        /// </summary>
        /// <param name="envelope">A plain SOAP envelope of the binding's version, in UTF-8.</param>
        /// <returns>The envelope to send; dispose of it after sending.</returns>
        /// <exception cref="ArgumentException">The envelope cannot be protected.</exception>
        public ProtectedReply Secure(ReadOnlyMemory<byte> envelope)
        {
            if (Delivery is not null)
            {
                return Deliver(envelope)!;
            }

            var (message, isFault) = _protection.Secure(envelope);
            return new ProtectedReply(message, isFault);
        }

        /// <summary>
        /// Answers a request to which the application has no reply: in a reliable session it is acknowledged. Null in all other cases,
        /// where there is nothing to send.
        /// </summary>
        public ProtectedReply? Acknowledge() => Delivery is null ? null : Deliver(default);

        private ProtectedReply Deliver(ReadOnlyMemory<byte> envelope)
        {
            try
            {
                var answer = Delivery!.Complete(envelope, _protection);
                return new ProtectedReply(answer.Message, answer.IsFault || answer.Code != FailureCode.None);
            }
            catch (SecurityFailureException e)
            {
                throw new ArgumentException($"The reply is no envelope of the binding: {e.Message}", nameof(envelope), e);
            }
        }

        /// <inheritdoc/>
        public override void Dispose()
        {
            // A request of a sequence is answered once and for all, also where the application failed to.
            Delivery?.Abandon(Request.MessageId);
            Request.Dispose();
            _protection.Dispose();
        }
    }
}

/// <summary>The kind of a reply that the engine made.</summary>
public enum ServiceResponseKind
{
    /// <summary>The next message of a handshake. HTTP sends it with status 200.</summary>
    Handshake,
    /// <summary>A SOAP fault. HTTP sends it with status 500.</summary>
    Fault,
    /// <summary>No envelope, because the request is not a SOAP message. HTTP answers with status 400, as WCF does.</summary>
    NotSoap,
    /// <summary>
    /// No envelope: a message of a reliable session that counts as lost, because it came before its predecessor or there is no room. HTTP
    /// answers with status 202, as WCF does, and the client sends it again.
    /// </summary>
    None,
}

/// <summary>A protected reply. Dispose it after it is sent.</summary>
public sealed class ProtectedReply : IDisposable
{
    private readonly SecuredMessage _message;

    internal ProtectedReply(SecuredMessage message, bool isFault)
    {
        _message = message;
        IsFault = isFault;
    }

    /// <summary>The SOAP envelope to send, in UTF-8. Valid until disposal.</summary>
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
