using SecureConversation.Binding;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Configuration.Printing;

/// <summary>Finds the factory of WCF whose result has the fewest differences from an element.</summary>
internal static class NearestFactory
{
    /// <summary>What to call the factory with.</summary>
    public static BindingDraft Of(SecurityBindingElement element) => Candidates(element)
        .Where(draft => !draft.Problems().Any())
        .Select(draft => (Draft: Short(draft), Made: draft.Create()))
        .Where(candidate => candidate.Made.GetType() == element.GetType())
        .MinBy(candidate => Differences(candidate.Made, element) + (candidate.Draft.RequireDerivedKeys is null ? 0 : 1)).Draft;

    /// <summary>How many properties differ.</summary>
    public static int Differences(SecurityBindingElement made, SecurityBindingElement element) =>
        ElementKeys.Form.Keys.Count(key => key.Differs(element, made));

    private static IEnumerable<BindingDraft> Candidates(SecurityBindingElement element)
    {
        var session = BindingDraft.SessionOf(element);
        var tokens = TokensOf(element).ToList();
        var issued = tokens.OfType<IssuedSecurityTokenParameters>().FirstOrDefault();
        if (issued is not null)
        {
            // What all tokens have is said of the token and not to the factory: in app.config it has no place there.
            var plain = new IssuedSecurityTokenParameters();
            issued = issued with
            {
                InclusionMode = plain.InclusionMode,
                RequireDerivedKeys = plain.RequireDerivedKeys,
                ReferenceStyle = plain.ReferenceStyle,
            };
        }

        var cancels = tokens.OfType<SslSecurityTokenParameters>().Select(t => (bool?)t.RequireCancellation)
            .Concat(tokens.OfType<SspiSecurityTokenParameters>().Select(t => (bool?)t.RequireCancellation)).FirstOrDefault();
        foreach (var mode in Enum.GetValues<AuthenticationMode>())
        {
            var draft = new BindingDraft { Mode = mode, Version = element.MessageSecurityVersion };
            draft = draft with
            {
                Bootstrap = draft.HasSession ? session?.BootstrapSecurityBindingElement : null,
                BootstrapProtection = draft.HasSession ? session?.BootstrapProtectionRequirements : null,
                CanRenewSession = draft.HasSession ? session?.CanRenewSession : null,
                Issued = draft.HasIssuedToken ? issued : null,
                RequireCancellation = draft.HasSession ? session?.RequireCancellation : draft.HasCancellation ? cancels : null,
            };
            yield return draft;
            yield return draft with { RequireDerivedKeys = false };
            yield return draft with { RequireDerivedKeys = true };
        }
    }

    private static IEnumerable<SecurityTokenParameters?> TokensOf(SecurityBindingElement element) =>
    [
        (element as SymmetricSecurityBindingElement)?.ProtectionTokenParameters,
        .. element.GetSupportingTokenParameters(),
    ];

    /// <summary>Leaves out what the factory does by itself.</summary>
    private static BindingDraft Short(BindingDraft draft)
    {
        var made = draft.Create();
        foreach (var shorter in new[]
        {
            draft with { Version = null }, draft with { RequireCancellation = null }, draft with { CanRenewSession = null },
        })
        {
            var merged = draft with
            {
                Version = shorter.Version is null ? null : draft.Version,
                RequireCancellation = shorter.RequireCancellation is null ? null : draft.RequireCancellation,
                CanRenewSession = shorter.CanRenewSession is null ? null : draft.CanRenewSession,
            };
            if (merged.Create() == made)
            {
                draft = merged;
            }
        }

        return draft;
    }
}
