namespace SecureConversation.Engine.Failures;

/// <inheritdoc cref="FailureGuide"/>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfReliable(FailureCode code) => code switch
    {
        FailureCode.InvalidSequence => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-ReliableMessaging 1.1 sections 3 and 4.7",
            Cause = "A message of a reliable session lacks what the protocol asks for, has it twice or with another content, or "
                + "acknowledges what was never sent; or a message without a sequence reached an endpoint whose binding has a "
                + "ReliableSession.",
            Remedy = "Set the ReliableSession of the binding on both sides, with the same ReliableMessagingVersion.",
        },
        FailureCode.UnknownSequence => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-ReliableMessaging 1.1 section 4.3",
            Cause = "A message names a sequence that its security session does not have: it is over, nothing came for InactivityTimeout, "
                + "its replies were not acknowledged and went beyond MaxKeptReplyBytes, another instance of the service has it, or it "
                + "belongs to another session.",
            Remedy = "Open the session anew. Where several instances serve one address, send each session to the instance that opened it: "
                + "sequences are in the memory of the process.",
        },
        FailureCode.SequenceTerminated => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-ReliableMessaging 1.1 sections 4.2 and 4.6",
            Cause = "A sequence was closed while messages or replies were missing, a message came after the last one, or the other side "
                + "was not heard for all of MaxRetryCount.",
            Remedy = "Look for what loses the messages on the way; raise MaxRetryCount where outages last longer. The service may have "
                + "executed calls that were not answered.",
        },
        FailureCode.CreateSequenceRefused => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-ReliableMessaging 1.1 section 4.5, WS-Reliable Messaging Policy 1.1 section 2.5",
            Cause = "A request for a sequence offers none for the replies, wants acknowledgements elsewhere, does not name the security "
                + "session that protects it, or asks for a second sequence in a session that has one.",
            Remedy = "Have the client bind its sequence to the security session (SequenceSTR), with an Offer and an anonymous AcksTo, and "
                + "open another security session for another sequence.",
        },
        _ => null,
    };
}
