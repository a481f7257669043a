namespace SecureConversation.Engine.Failures;

/// <summary>The advice for the failures around the keys of a session and their renewal.</summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfRenewal(FailureCode code) => code switch
    {
        FailureCode.ContextKeyExpired => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 sections 5 and 9",
            Cause = "The key of the session is older than the service's SessionKeyRenewalInterval, or IssuedCookieLifetime where "
                + "RequireCancellation is false. The client did not renew it in time: its clock or a pause, or CanRenewSession is false.",
            Remedy = "Where keys are renewed nothing: the client gets a secured RenewNeeded in place of the fault below, "
                + "SecureConversationFailure.RenewNeeded in the client, renews, and may send the message again. Elsewhere have the client "
                + "open a new session, or set CanRenewSession and RequireCancellation to true on both sides.",
        },
        FailureCode.KeyInstanceUnknown => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 sections 5 and 9",
            Cause = "The session is there, and the key that the message names is not one of its keys. The message was under way for longer "
                + "than SessionKeyRolloverInterval after the key was renewed, or the key was renewed twice meanwhile, or the client "
                + "renewed twice at once and uses the key that did not come into use, or somebody made the instance up.",
            Remedy = "Raise SessionKeyRolloverInterval of the service's LocalServiceSettings above the time that messages are under way. A "
                + "client that gets this for each message has to open a new session.",
        },
        FailureCode.RenewalRefused => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-SecureConversation 1.3 section 5",
            Cause = "The client asks for another key of a session, and it is not endorsed by the current key of that session, or names "
                + "another session, or comes with another certificate or user name than the one that opened it, or five keys were issued "
                + "for the session and not used. With WCF clients: the message after the last renewal was lost, so that the service never "
                + "saw the key that endorses. The detail says which.",
            Remedy = "Nothing for the service: the session goes on under the key that it has. A client that changed its credential opens a "
                + "new session; so does one whose renewals are all refused, before its key expires.",
        },
        FailureCode.RenewalNotOffered => new()
        {
            Side = FailureSide.Service,
            Clause = "none: CanRenewSession of WCF",
            Cause = "A client renews a session, and CanRenewSession or RequireCancellation of the service is false.",
            Remedy = "Set CanRenewSession and RequireCancellation to the same values on both sides.",
        },
        _ => null,
    };
}
