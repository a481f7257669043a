namespace SecureConversation.Engine.Failures;

/// <summary>The advice for the failures of issued tokens.</summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfAssertions(FailureCode code) => code switch
    {
        FailureCode.UntrustedIssuer => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-Trust 1.3 section 2.3; SAML Token Profile 1.1 section 3.6",
            Cause = "The certificate or key that an assertion names as its issuer's is not among KnownCertificates and is not accepted by "
                + "CertificateValidation, or it is outside its period. Security token services change their certificates: often a new one "
                + "is in use before it is listed here.",
            Remedy = "Add the certificate to ServiceCredentials.IssuedTokenAuthentication.KnownCertificates, its successor beside it; or "
                + "set CertificateValidation.",
        },
        FailureCode.AssertionNotInTime => new()
        {
            Side = FailureSide.Service,
            Clause = "SAML 2.0 core section 2.5.1.2; SAML 1.1 core section 2.3.2.1",
            Cause = "The assertion is over, or not valid yet: its client kept it for too long, or clocks differ by more than MaxClockSkew.",
            Remedy = "Have the client ask for a new token in time. Correct the clocks, or raise MaxClockSkew of the service's "
                + "LocalServiceSettings.",
        },
        FailureCode.AudienceMismatch => new()
        {
            Side = FailureSide.Service,
            Clause = "SAML 2.0 core section 2.5.1.4; SAML 1.1 core section 2.3.2.1.3",
            Cause = "The assertion is for another service, or for nobody in particular. An address with another host, scheme or path is "
                + "another service.",
            Remedy = "Set MessageSecurityServiceOptions.Address or IssuedTokenAuthentication.AllowedAudienceUris to the name that the "
                + "issuer writes: the log has it. AudienceUriMode says when it counts.",
        },
        FailureCode.SubjectNotConfirmed => new()
        {
            Side = FailureSide.Service,
            Clause = "SAML Token Profile 1.1 section 3.5; SAML 2.0 core section 2.4.1",
            Cause = "The binding asks for a token with a key, and the assertion is a bearer's, or the other way round; or its confirmation "
                + "is by sender-vouches, is over, is for another recipient, or answers a sign-in of a browser.",
            Remedy = "Set KeyType of IssuedSecurityTokenParameters to that of the tokens, on both sides, or have the issuer write the "
                + "other kind.",
        },
        FailureCode.AssertionReused => new()
        {
            Side = FailureSide.Service,
            Clause = "SAML 2.0 core section 2.5.1.5",
            Cause = "A token for one use (OneTimeUse), or any bearer token where DetectReplayedTokens is true, came in a second message: "
                + "its client keeps tokens, or somebody else has it.",
            Remedy = "Have the client ask for a token for each message, or open a session with it. Set DetectReplayedTokens to false where "
                + "clients keep bearer tokens.",
        },
        _ => null,
    };
}
