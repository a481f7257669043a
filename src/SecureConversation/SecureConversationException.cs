using SecureConversation.Engine.Failures;

namespace SecureConversation;

/// <summary>The broad kind of a failure, by which a caller decides what to do next.</summary>
public enum SecureConversationFailure
{
    /// <summary>The message broke a rule of message security; its content must not be used.</summary>
    InvalidSecurity,
    /// <summary>A certificate, user name or identity was not accepted.</summary>
    FailedAuthentication,
    /// <summary>The security context is unknown, expired or closed; open a new session.</summary>
    BadContextToken,
    /// <summary>
    /// The application of the peer answered with a fault, which is verified; see <see cref="SecureConversationException.Fault"/>.
    /// </summary>
    PeerFault,
    /// <summary>The service has no room for another session at the moment.</summary>
    ServerTooBusy,
    /// <summary>A defect of this library.</summary>
    Internal,
    /// <summary>
    /// The peer refused the message: it answered with a fault of message security, or with one that is not protected, as peers answer what
    /// they refuse; see <see cref="SecureConversationException.Fault"/>. Where that is not secured, anybody may have written it.
    /// </summary>
    PeerRefusal,
    /// <summary>
    /// The key of the session has expired, and the service, which proved that by the protection of its fault, wants it renewed
    /// (<see cref="ClientSession.StartRenewal"/>). It has not processed the request.
    /// </summary>
    RenewNeeded,
    /// <summary>The service shuts down and opens no more sessions: try another instance, or later.</summary>
    EndpointUnavailable,
}

/// <summary>A message or a handshake was refused. The exception carries no keys and no content except the fault of a peer.</summary>
public sealed class SecureConversationException : Exception
{
    /// <summary>Creates the exception for a rule that a message broke.</summary>
    public SecureConversationException(SecureConversationFailure failure, FailureCode code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Code = code;
        HelpLink = FailureText.LinkTo(code);
    }

    /// <summary>Creates the exception for a fault that the peer sent.</summary>
    public SecureConversationException(SoapFault fault)
        : base(Describe(fault))
    {
        Failure = fault.IsRenewNeeded ? SecureConversationFailure.RenewNeeded
            : fault.IsLossOfContext ? SecureConversationFailure.BadContextToken
            : fault.IsFailedAuthentication ? SecureConversationFailure.FailedAuthentication
            : fault.IsServerTooBusy ? SecureConversationFailure.ServerTooBusy
            : fault.IsEndpointUnavailable ? SecureConversationFailure.EndpointUnavailable
            : fault.IsRefusal ? SecureConversationFailure.PeerRefusal
            : SecureConversationFailure.PeerFault;
        Code = FailureCode.PeerFault;
        Fault = fault;
        HelpLink = FailureText.LinkTo(Code);
    }

    /// <summary>The broad kind of the failure.</summary>
    public SecureConversationFailure Failure { get; }

    /// <summary>The rule that was broken. For logs only: do not send it to a peer.</summary>
    public FailureCode Code { get; }

    /// <summary>The fault that the peer sent; null when this library refused the message.</summary>
    public SoapFault? Fault { get; }

    /// <summary>
    /// The fault that stands in clear in a reply that this library refused; null when none does. Nothing proves it, anybody may have
    /// written it: it is for people who look for the cause, since some stacks sign their faults in part only. Its IsSecured is false.
    /// </summary>
    public SoapFault? UnverifiedFault { get; internal init; }

    private static string Describe(SoapFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);

        // A service says in one fault that any of its rules was broken.
        return fault.IsRefusal || fault.IsLossOfContext || fault.IsFailedAuthentication || fault.IsServerTooBusy
            ? $"{fault}{(fault.Reason.EndsWith('.') ? "" : ".")} The log of the service has the reason."
            : fault.ToString();
    }
}
