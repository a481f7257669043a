using SecureConversation.Binding;

namespace SecureConversation.Cli.Decoding;

/// <summary>Another candidate, and the setting in which it differs.</summary>
internal sealed record Mutation(string Setting, string Value, bool IsBootstrap, Candidate Candidate);

/// <summary>The settings that a failure may be about, each turned once.</summary>
internal static class Mutations
{
    /// <summary>The changes to try, those of the settings that most failures name first.</summary>
    public static IEnumerable<Mutation> For(Candidate candidate, IReadOnlyList<Outcome> outcomes)
    {
        var failures = outcomes.Where(o => !o.IsVerified && o.Failure != FailureCode.None)
            .GroupBy(o => (o.Message.IsHandshake, o.Failure)).OrderByDescending(g => g.Key.IsHandshake).ThenByDescending(g => g.Count());
        foreach (var group in failures)
        {
            var isBootstrap = group.Key.IsHandshake && candidate.Bootstrap is not null;
            var element = isBootstrap ? candidate.Bootstrap! : candidate.Element;
            if (group.Key.Failure == FailureCode.InvalidTrustResponse)
            {
                foreach (var mutation in OfSessionKey(candidate.Element))
                {
                    yield return new Mutation(mutation.Setting, mutation.Value, false, candidate with { Element = mutation.Element });
                }
            }

            foreach (var mutation in Of(group.Key.Failure, element))
            {
                var name = (isBootstrap ? "Bootstrap." : "") + mutation.Setting;
                yield return new Mutation(name, mutation.Value, isBootstrap, candidate.With(isBootstrap, _ => mutation.Element));
            }
        }
    }

    private static IEnumerable<(string Setting, string Value, SecurityBindingElement Element)> Of(
        FailureCode failure, SecurityBindingElement element) => failure switch
        {
            FailureCode.LayoutViolation => Layouts(element),
            FailureCode.ProtectionOrderMismatch or FailureCode.DigestMismatch or FailureCode.PartNotEncrypted
                or FailureCode.UnresolvedReference => Orders(element),
            FailureCode.AlgorithmMismatch => Suites(element),
            FailureCode.SignatureConfirmationMismatch =>
                [("RequireSignatureConfirmation", $"{!element.RequireSignatureConfirmation}",
                    element with { RequireSignatureConfirmation = !element.RequireSignatureConfirmation })],
            FailureCode.DerivedKeyViolation or FailureCode.UnexpectedElement =>
                [("RequireDerivedKeys", "True", element.SetKeyDerivation(true)),
                    ("RequireDerivedKeys", "False", element.SetKeyDerivation(false))],
            FailureCode.PartNotSigned when element.ProtectTokens => [("ProtectTokens", "False", element with { ProtectTokens = false })],
            _ => [],
        };

    // The key of a session is made by the element of the session, and a response of the handshake shows whether it fits.
    private static IEnumerable<(string Setting, string Value, SecurityBindingElement Element)> OfSessionKey(
        SecurityBindingElement element) =>
        Suites(element).Concat(Enum.GetValues<SecurityKeyEntropyMode>().Where(mode => mode != element.KeyEntropyMode)
            .Select(mode => ("KeyEntropyMode", $"{mode}", element with { KeyEntropyMode = mode })));

    private static IEnumerable<(string, string, SecurityBindingElement)> Layouts(SecurityBindingElement element) =>
        new[] { SecurityHeaderLayout.LaxTimestampFirst, SecurityHeaderLayout.LaxTimestampLast, SecurityHeaderLayout.Lax }
            .Where(layout => layout > element.SecurityHeaderLayout || element.SecurityHeaderLayout == SecurityHeaderLayout.Strict)
            .Select(layout => ("SecurityHeaderLayout", $"{layout}", element with { SecurityHeaderLayout = layout }));

    private static IEnumerable<(string, string, SecurityBindingElement)> Orders(SecurityBindingElement element) =>
        Enum.GetValues<MessageProtectionOrder>().Where(order => order != element.MessageProtectionOrder)
            .Select(order => ("MessageProtectionOrder", $"{order}", element with { MessageProtectionOrder = order }));

    private static IEnumerable<(string, string, SecurityBindingElement)> Suites(SecurityBindingElement element) =>
        SecurityAlgorithmSuite.Known.Where(suite => suite != element.DefaultAlgorithmSuite)
            .Select(suite => ("DefaultAlgorithmSuite", suite.Name, element with { DefaultAlgorithmSuite = suite }));
}
