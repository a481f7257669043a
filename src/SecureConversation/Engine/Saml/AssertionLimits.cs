using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Saml;

/// <summary>Whether an assertion may be used now, here, and by whoever sent the message.</summary>
internal static class AssertionLimits
{
    /// <summary>Requires that now is within the times of the assertion, give or take the clock skew.</summary>
    /// <exception cref="SecurityFailureException">It is not.</exception>
    public static void RequireTimes(SamlAssertion assertion, DateTimeOffset now, TimeSpan skew)
    {
        var conditions = assertion.Conditions;
        if (conditions is { NotBefore: { } from, NotOnOrAfter: { } to } && from >= to)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "NotBefore and NotOnOrAfter of an assertion",
                $"{FailureText.Instant(from)}, {FailureText.Instant(to)}");
        }

        if (FindTimeProblem(conditions.NotBefore, conditions.NotOnOrAfter, now, skew) is { } problem)
        {
            Fail.With(FailureCode.AssertionNotInTime, "Conditions of an assertion", problem, Expectation(now, skew));
        }

        foreach (var authentication in assertion.Authentications)
        {
            if (FindTimeProblem(null, authentication.SessionNotOnOrAfter, now, skew) is { } over)
            {
                Fail.With(FailureCode.AssertionNotInTime, "AuthnStatement/@SessionNotOnOrAfter", over, Expectation(now, skew));
            }
        }
    }

    /// <summary>
    /// Requires that the service is one of the audiences: at least one restriction, and each of them (SAML 2.0 core section 2.5.1.4). WCF's
    /// modes say when.
    /// </summary>
    /// <exception cref="SecurityFailureException">It is not.</exception>
    public static void RequireAudience(
        SamlAssertion assertion, SamlConfirmation confirmation, AudienceUriMode mode, IReadOnlyList<string> own)
    {
        if (mode == AudienceUriMode.Never
            || (mode == AudienceUriMode.BearerKeyOnly && confirmation.Method != SamlConfirmationMethod.Bearer))
        {
            return;
        }

        var restrictions = assertion.Conditions.Audiences;
        foreach (var restriction in restrictions)
        {
            if (!restriction.Any(audience => Audiences.Contain(own, audience)))
            {
                Refuse(string.Join(" or ", restriction), own);
            }
        }

        if (restrictions.Count == 0)
        {
            Refuse("an assertion for everybody", own);
        }
    }

    /// <summary>
    /// The confirmation of the subject that the sender can prove with the key that the binding asks for. A bearer's is never taken for a
    /// holder's, nor a holder's for a bearer's.
    /// </summary>
    /// <param name="assertion">The assertion.</param>
    /// <param name="expected">What the binding asks for.</param>
    /// <param name="own">The names of the service, one of which a recipient has to be; null where somebody else judges that.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="SecurityFailureException">There is none.</exception>
    public static SamlConfirmation Confirm(
        SamlAssertion assertion, AssertionExpectation expected, IReadOnlyList<string>? own, DateTimeOffset now)
    {
        string? problem = null;
        foreach (var keyType in expected.KeyTypes)
        {
            foreach (var confirmation in assertion.Subject.Confirmations)
            {
                problem = FindProblem(confirmation, keyType, own, now, expected.MaxClockSkew);
                if (problem is null)
                {
                    return confirmation;
                }
            }
        }

        return Fail.With<SamlConfirmation>(FailureCode.SubjectNotConfirmed, "SubjectConfirmation of an assertion",
            problem ?? "none", $"one with {string.Join(" or ", expected.KeyTypes)} (KeyType of IssuedSecurityTokenParameters)");
    }

    private static string? FindProblem(
        SamlConfirmation confirmation, SecurityKeyType keyType, IReadOnlyList<string>? own, DateTimeOffset now, TimeSpan skew)
    {
        var isBearer = keyType == SecurityKeyType.BearerKey;
        if (confirmation.Method != (isBearer ? SamlConfirmationMethod.Bearer : SamlConfirmationMethod.HolderOfKey))
        {
            return $"the method {confirmation.Method}";
        }

        if (!isBearer && (confirmation.Key is not { } key || key.Wrapped is null == (keyType == SecurityKeyType.SymmetricKey)))
        {
            return confirmation.Key is null ? "no key" : confirmation.Key.Wrapped is null ? "a public key" : "a symmetric key";
        }

        // It was issued in answer to a request of somebody's sign-in, and this is no answer.
        if (confirmation.InResponseTo is { } request)
        {
            return $"an answer to {request} (InResponseTo)";
        }

        if (confirmation.Recipient is { } recipient && own is not null && !Audiences.Contain(own, recipient))
        {
            return $"the recipient {recipient}";
        }

        return FindTimeProblem(confirmation.NotBefore, confirmation.NotOnOrAfter, now, skew);
    }

    // A time near the ends of the calendar has no skew to be given or taken.
    private static string? FindTimeProblem(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now, TimeSpan skew) =>
        from is { } start && start - now > skew ? $"NotBefore {FailureText.Instant(start)}"
        : to is { } end && now - end >= skew ? $"NotOnOrAfter {FailureText.Instant(end)}"
        : null;

    private static string Expectation(DateTimeOffset now, TimeSpan skew) =>
        $"a time that fits the clock here, {FailureText.Instant(now)}, with MaxClockSkew {skew}";

    private static void Refuse(string found, IReadOnlyList<string> own) => Fail.With(
        FailureCode.AudienceMismatch, "audience of an assertion", found,
        own.Count == 0 ? "none (AllowedAudienceUris)" : $"{string.Join(" or ", own)} (AllowedAudienceUris)");
}
