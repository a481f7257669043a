namespace SecureConversation.Engine.Failures;

/// <summary>The advice for the failures of negotiations.</summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfNegotiation(FailureCode code) => code switch
    {
        FailureCode.NegotiationFailed => new()
        {
            Side = FailureSide.Either,
            Clause = "WS-Trust 1.3 section 8.9; RFC 5246 section 7.4; RFC 4178 section 4.2",
            Cause = "The two sides have no version of TLS or no cipher suite in common (an old application speaks TLS 1.0 only), the "
                + "client shows no certificate where the binding asks for one, one side negotiates another mechanism than the other, or "
                + "somebody on the way changed a message. With Windows accounts: a side has no account, ticket or key (keytab), the client "
                + "asked for another service, the clocks differ, or a message came twice; the log says the status, the package and the "
                + "name that was asked for.",
            Remedy = "Set the credential of the client to the same on both sides. Have an old peer speak TLS 1.2: see what "
                + "docs/negotiation.md says of it. Where all legs are in order and only the authenticator is not, somebody changes "
                + "messages. With Windows accounts the log says which side lacks what; docs/windows.md has what each side is given.",
        },
        _ => null,
    };
}
