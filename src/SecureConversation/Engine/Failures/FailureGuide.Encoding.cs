namespace SecureConversation.Engine.Failures;

/// <summary>The advice for the failures of entity bodies, before there is an envelope.</summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfEncoding(FailureCode code) => code switch
    {
        FailureCode.ContentTypeMismatch => new()
        {
            Side = FailureSide.Either,
            Clause = "SOAP 1.2 part 2 section 7.1.4; SOAP 1.1 section 6; MTOM section 4.2",
            Cause = "The Content-Type is not that of the encoding and SOAP version: as text application/soap+xml for 1.2 and text/xml for "
                + "1.1, as MTOM either one as start-info of multipart/related, as binary application/soap+msbin1. Or it names a charset "
                + "that is not read.",
            Remedy = "Set MessageVersion and MessageEncoding to those of the other side, and have it write utf-8 or utf-16. An HTML page "
                + "from a proxy shows here too: check the address.",
            Log = FailureLog.Host,
            Answer = "HTTP 415 without a body",
        },
        FailureCode.MalformedPackage => new()
        {
            Side = FailureSide.Either,
            Clause = "XOP 1.0 sections 3 and 4; RFC 2387; RFC 2046 section 5.1; RFC 2392",
            Cause = "A package of MTOM is cut off, its root part is missing, an xop:Include refers to a part that is not there, to one "
                + "that another one refers to, or to something outside the package, or a part is left over. Attachments (SwA) are such "
                + "parts.",
            Remedy = "Look at the entity body as it arrives, before any proxy where there is one; the detail names the rule. Send "
                + "attachments as base64 in the body, which MTOM makes parts of.",
            Log = FailureLog.Host,
            Answer = "HTTP 400 without a body",
        },
        _ => null,
    };
}
