using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Failures;

/// <summary>A fault for a peer. The texts are constants; those that were recorded from WCF are the same as in WCF.</summary>
/// <param name="Code">Local name in the SOAP namespace (SOAP 1.2 spelling).</param>
/// <param name="SubcodeNamespace">Namespace of the specific code; null when there is none.</param>
/// <param name="Subcode">Local name of the specific code.</param>
/// <param name="Reason">English text.</param>
/// <param name="IsSecured">Whether the fault is protected like a reply to its request.</param>
internal sealed record WireFault(string Code, string? SubcodeNamespace, string? Subcode, string Reason, bool IsSecured = false)
{
    /// <summary>WCF's action for faults of a session.</summary>
    public const string SessionFaultAction = Ns.DotNetSecurity + "/SecureConversationFault";

    /// <summary>a:Action of the fault; null for that of faults in general.</summary>
    public string? Action { get; init; }

    public static readonly WireFault InvalidSecurity =
        new("Sender", Ns.Wsse, "InvalidSecurity", "An error occurred when verifying security for the message.");

    public static readonly WireFault FailedAuthentication =
        new("Sender", Ns.Wsse, "FailedAuthentication", "At least one security token in the message could not be validated.");

    public static readonly WireFault ServerTooBusy =
        new("Receiver", Ns.DotNetSecurity, "ServerTooBusy", "The service is too busy to open another session.", IsSecured: true);

    public static readonly WireFault MessageTooMany =
        new("Receiver", Ns.DotNetSecurity, "ServerTooBusy", "The service is too busy to accept the message.", IsSecured: true);

    public static readonly WireFault InvalidRequest =
        new("Sender", Ns.TrustFebruary2005, "InvalidRequest", "The request for security token has invalid or malformed elements.",
            IsSecured: true);

    public static readonly WireFault NegotiationFailed =
        new("Sender", Ns.TrustFebruary2005, "FailedAuthentication", "The negotiation of security was not carried out.");

    public static readonly WireFault CancellationNotAllowed = new("Sender", Ns.DotNetSecurity, "SecureConversationCancellationNotAllowed",
        "A secure conversation cancellation is not allowed by the binding.");

    public static readonly WireFault DestinationUnreachable = new("Sender", Ns.Wsa10, "DestinationUnreachable",
        "The message is addressed to another endpoint. Check that sender and receiver agree about the address of the endpoint.",
        IsSecured: true);

    public static readonly WireFault EndpointUnavailable = new("Receiver", Ns.Wsa10, "EndpointUnavailable",
        "The endpoint is shutting down and opens no more sessions.", IsSecured: true);

    /// <summary>The answer to a request of a reliable session that was executed, and whose answer is not known.</summary>
    public static readonly WireFault Unanswered = new("Receiver", Ns.DotNetDispatcher, "InternalServiceFault",
        "The service did not answer the request. It may have executed it.", IsSecured: true);

    /// <summary>What a service says that gives up a session whose messages go both ways.</summary>
    public static readonly WireFault SessionAborted = new("Sender", Ns.DotNetSecurity, "SecuritySessionAborted",
        "The service has ended the session.", IsSecured: true)
    {
        Action = SessionFaultAction,
    };

    public static readonly WireFault NotUnderstood =
        new("MustUnderstand", null, null, "A header that must be understood is not covered by a signature.", IsSecured: true);
}

/// <summary>
/// Maps failures to faults. All failures that depend on the content of a message give the same fault with the same text, so that a peer
/// cannot distinguish bad padding from a bad digest or a replay.
/// </summary>
internal static class FaultMap
{
    /// <param name="code">The rule that the message broke.</param>
    /// <param name="protocol">The versions of the binding.</param>
    /// <param name="establishesSessions">Whether the binding of the endpoint has sessions. True for answers to handshake messages.</param>
    public static WireFault Of(FailureCode code, ProtocolVersion protocol, bool establishesSessions = true) => code switch
    {
        // A message without security belongs neither to a session nor to a handshake (recorded from WCF).
        FailureCode.SecurityHeaderMissing when establishesSessions => BadContextToken(protocol),
        FailureCode.UntrustedCertificate or FailureCode.InvalidCredentials or FailureCode.UntrustedIssuer
            or FailureCode.AssertionNotInTime or FailureCode.AudienceMismatch or FailureCode.SubjectNotConfirmed
            or FailureCode.AssertionReused => WireFault.FailedAuthentication,
        FailureCode.UnknownContext or FailureCode.ContextKeyExpired or FailureCode.RenewalNotOffered
            or FailureCode.SessionVersionMismatch or FailureCode.SessionMissing => BadContextToken(protocol),
        FailureCode.AddressingVersionMismatch when establishesSessions => BadContextToken(protocol),

        // WCF finds a key by its instance while it reads the header, where it knows no other version (recorded).
        FailureCode.KeyInstanceUnknown => BadContextToken(ProtocolVersion.February2005),
        FailureCode.ServiceTooBusy => WireFault.ServerTooBusy,
        FailureCode.ReplayCacheFull or FailureCode.StoreUnavailable => WireFault.MessageTooMany,
        FailureCode.InvalidTrustRequest or FailureCode.RenewalRefused => WireFault.InvalidRequest,
        FailureCode.NotUnderstood => WireFault.NotUnderstood,
        FailureCode.DestinationUnreachable => WireFault.DestinationUnreachable,
        FailureCode.ServiceStopping => WireFault.EndpointUnavailable,
        FailureCode.CancellationNotAllowed => WireFault.CancellationNotAllowed,
        _ => WireFault.InvalidSecurity,
    };

    /// <summary>The answer to a leg of a negotiation, which WCF writes in the February 2005 version whatever the binding has.</summary>
    public static WireFault OfNegotiation(FailureCode code) => code switch
    {
        FailureCode.NegotiationFailed or FailureCode.UntrustedCertificate or FailureCode.InvalidCredentials =>
            WireFault.NegotiationFailed,
        FailureCode.ServiceTooBusy or FailureCode.StoreUnavailable => WireFault.ServerTooBusy,
        _ => WireFault.InvalidRequest,
    };

    /// <summary>Whether the fault is one of those that a forged message gets, whatever is wrong with it.</summary>
    public static bool IsUniform(WireFault fault) => fault == WireFault.InvalidSecurity || fault == WireFault.FailedAuthentication;

    /// <summary>Whether the input is not a SOAP request. The host answers HTTP 400 without a body, as WCF does.</summary>
    public static bool IsBadRequest(FailureCode code) =>
        code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct or FailureCode.LimitExceeded or FailureCode.NotAnEnvelope
            or FailureCode.SoapVersionMismatch;

    /// <summary>
    /// The broad kind of a failure, for a caller. For the fault of a peer, <see cref="SecureConversationException"/> uses the code of the
    /// fault instead.
    /// </summary>
    public static SecureConversationFailure Coarse(FailureCode code) => code switch
    {
        FailureCode.UntrustedCertificate or FailureCode.InvalidCredentials or FailureCode.IdentityMismatch
            or FailureCode.UntrustedIssuer or FailureCode.AssertionNotInTime or FailureCode.AudienceMismatch
            or FailureCode.SubjectNotConfirmed or FailureCode.AssertionReused or FailureCode.NegotiationFailed =>
            SecureConversationFailure.FailedAuthentication,
        FailureCode.ServiceStopping => SecureConversationFailure.EndpointUnavailable,
        FailureCode.UnknownContext or FailureCode.ContextKeyExpired or FailureCode.KeyInstanceUnknown or FailureCode.RenewalNotOffered
            or FailureCode.SessionVersionMismatch or FailureCode.SessionMissing or FailureCode.UnknownSequence
            or FailureCode.SequenceTerminated => SecureConversationFailure.BadContextToken,
        FailureCode.ServiceTooBusy or FailureCode.StoreUnavailable => SecureConversationFailure.ServerTooBusy,
        FailureCode.PeerFault => SecureConversationFailure.PeerFault,
        FailureCode.Internal => SecureConversationFailure.Internal,
        _ => SecureConversationFailure.InvalidSecurity,
    };

    /// <summary>The answer to a message under an expired key, where keys are renewed (recorded).</summary>
    public static WireFault RenewNeeded(ProtocolVersion protocol) =>
        new("Sender", protocol.ScNamespace, "RenewNeeded", "The SecurityContextSecurityToken's key needs to be renewed.", IsSecured: true)
        {
            Action = WireFault.SessionFaultAction,
        };

    private static WireFault BadContextToken(ProtocolVersion protocol) => new("Sender", protocol.ScNamespace, "BadContextToken",
        "The security context token is unknown or has expired, or the message does not match the binding of the endpoint.");
}
