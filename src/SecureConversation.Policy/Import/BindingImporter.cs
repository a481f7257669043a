using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads sp:SymmetricBinding, sp:AsymmetricBinding and sp:TransportBinding (WS-SecurityPolicy 1.2 section 7).</summary>
internal sealed class BindingImporter(ImportContext context, SpVersion sp)
{
    public SecurityBindingElement? Read(Assertion binding)
    {
        context.RequireNoParameters(binding);
        if (binding.Nested is null)
        {
            context.Refuse(binding.Element, "it has no nested policy.", "Add wsp:Policy with the token and the algorithm suite.");
            return null;
        }

        var inside = context.Open(binding);
        SecurityBindingElement element = binding.Name.LocalName switch
        {
            "SymmetricBinding" => new SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters = Token(inside, binding, "ProtectionToken", TokenImporter.OfService),
            },
            "AsymmetricBinding" => new AsymmetricSecurityBindingElement
            {
                InitiatorTokenParameters = Tokens(inside, binding, "Initiator", TokenImporter.OfClient),
                RecipientTokenParameters = Tokens(inside, binding, "Recipient", TokenImporter.OfService),
            },
            _ => Transport(inside, binding),
        };
        element = element with
        {
            DefaultAlgorithmSuite = Suite(inside, binding),
            SecurityHeaderLayout = Layout(inside),
            IncludeTimestamp = inside.TakeFlag(sp.Name("IncludeTimestamp")),
        };
        if (element is AsymmetricSecurityBindingElement { RecipientTokenParameters.InclusionMode: not SecurityTokenInclusionMode.Never })
        {
            // The policy says that the service sends its certificate along. It is still the one that the client knows.
            element = (AsymmetricSecurityBindingElement)element with { AllowSerializedSigningTokenOnReply = true };
        }

        if (element is not TransportSecurityBindingElement)
        {
            element = element with
            {
                MessageProtectionOrder = Order(inside),
                ProtectTokens = inside.TakeFlag(sp.Name("ProtectTokens")),
            };
            foreach (var profile in new[] { MessageProtectionProfile.Bound, MessageProtectionProfile.Strong })
            {
                if (inside.TakeFlag(Namespaces.Own + $"{profile}"))
                {
                    element = element with { MessageProtectionProfile = profile };
                }
            }

            // Signatures of this library cover entire headers and bodies in any case.
            inside.TakeFlag(sp.Name("OnlySignEntireHeadersAndBody"));
        }

        inside.RefuseLeft();
        return element;
    }

    private SecurityTokenParameters? Tokens(AssertionBag inside, Assertion binding, string side, TokenImporter.Place place)
    {
        var separate = new SeparateTokenImporter(context, sp, side);
        return separate.IsIn(inside) ? separate.Read(inside, binding, place) : Token(inside, binding, $"{side}Token", place);
    }

    private SecurityTokenParameters? Token(AssertionBag inside, Assertion binding, string name, TokenImporter.Place place)
    {
        if (inside.Take(sp.Name(name)) is { } token)
        {
            return new TokenImporter(context, sp).ReadInside(token, place);
        }

        context.Refuse(binding.Element, $"it has no sp:{name}.", $"Add sp:{name}.");
        return null;
    }

    private TransportSecurityBindingElement Transport(AssertionBag inside, Assertion binding)
    {
        if (inside.Take(sp.Name("TransportToken")) is { } token)
        {
            context.RequireNoParameters(token);
            TransportTokens.Read(context.Open(token), sp, token, context);
        }
        else
        {
            context.Refuse(binding.Element, "it has no sp:TransportToken.", "Add sp:TransportToken.");
        }

        // WCF does not remember messages that a transport protects.
        return new() { LocalClientSettings = new() { DetectReplays = false }, LocalServiceSettings = new() { DetectReplays = false } };
    }

    private SecurityAlgorithmSuite Suite(AssertionBag inside, Assertion binding)
    {
        if (inside.Take(sp.Name("AlgorithmSuite")) is not { } assertion)
        {
            context.Refuse(binding.Element, "it has no sp:AlgorithmSuite.", "Add sp:AlgorithmSuite, as sp:Basic256Sha256.");
            return SecurityAlgorithmSuite.Default;
        }

        context.RequireNoParameters(assertion);
        var suites = context.Open(assertion);
        var known = SuiteNames.All(sp).Where(entry => suites.TakeFlag(entry.Name)).Select(entry => entry.Suite).ToList();
        foreach (var other in suites.TakeWhere(a => !a.IsIgnorable && IsSuite(a.Name)))
        {
            context.Refuse(
                other.Element,
                SuiteNames.SaysNothing(other.Name)
                    ? "the algorithm suite is not offered: its algorithms stand in settings of CXF, and not in the policy."
                    : "the algorithm suite is not offered.",
                $"Use one of {string.Join(", ", SecurityAlgorithmSuite.Known.Select(s => s.Name))}.");
        }

        suites.RefuseLeft();
        if (known.Count != 1 && context.Refusals.Count == 0)
        {
            context.Refuse(assertion.Element, $"it has {known.Count} suites that are offered, and one is expected.", "Leave one of them.");
        }

        return known.FirstOrDefault() ?? SecurityAlgorithmSuite.Default;
    }

    // The suites that stacks have made up all look like this.
    private static bool IsSuite(XName name) =>
        name.LocalName.StartsWith("Basic", StringComparison.Ordinal) || name.LocalName.EndsWith("Suite", StringComparison.Ordinal)
        || name.LocalName.StartsWith("TripleDes", StringComparison.Ordinal)
            || name.LocalName.Contains("Gcm", StringComparison.OrdinalIgnoreCase);

    private SecurityHeaderLayout Layout(AssertionBag inside)
    {
        if (inside.Take(sp.Name("Layout")) is not { } assertion)
        {
            return SecurityHeaderLayout.Lax;
        }

        context.RequireNoParameters(assertion);
        var layouts = context.Open(assertion);
        ImmutableArray<(string Name, SecurityHeaderLayout Layout)> names =
        [
            ("Strict", SecurityHeaderLayout.Strict),
            ("Lax", SecurityHeaderLayout.Lax),
            ("LaxTsFirst", SecurityHeaderLayout.LaxTimestampFirst),
            ("LaxTsLast", SecurityHeaderLayout.LaxTimestampLast),
        ];
        var found = names.Where(n => layouts.TakeFlag(sp.Name(n.Name))).ToList();
        layouts.RefuseLeft();
        if (found.Count != 1)
        {
            context.Refuse(assertion.Element,
                $"it has {found.Count} layouts, and one is expected.", "Write one of Strict, Lax, LaxTsFirst, LaxTsLast.");
            return SecurityHeaderLayout.Lax;
        }

        return found[0].Layout;
    }

    private MessageProtectionOrder Order(AssertionBag inside)
    {
        if (inside.TakeFlag(sp.Name("EncryptBeforeSigning")))
        {
            if (inside.Left.FirstOrDefault(a => a.Name == sp.Name("EncryptSignature")) is { } both)
            {
                context.Refuse(
                    both.Element, "encrypting the signature where encryption comes first is not offered.",
                    "Leave out sp:EncryptSignature or sp:EncryptBeforeSigning.");
                inside.TakeAll(sp.Name("EncryptSignature"));
            }

            return MessageProtectionOrder.EncryptBeforeSign;
        }

        return inside.TakeFlag(sp.Name("EncryptSignature"))
            ? MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature
            : MessageProtectionOrder.SignBeforeEncrypt;
    }
}
