using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>Whatever stands wherever: there is an outcome, and no crash.</summary>
public sealed class RandomTests
{
    private static readonly string Inner = Shapes.Session.Replace("wsam:Addressing", "");

    private static readonly string[] Tokens =
    [
        "X509Token@Never(RequireThumbprintReference)", "X509Token@AlwaysToRecipient", "X509Token@Once(RequireDerivedKeys)",
        "UsernameToken@Never", "UsernameToken@AlwaysToRecipient(WssUsernameToken10)", "KerberosToken@Once", "SpnegoContextToken@Once",
        "mssp:SslContextToken", "IssuedToken@AlwaysToInitiator", "SamlToken", "HttpsToken", "mssp:RsaToken",
        $"SecureConversationToken@AlwaysToRecipient(RequireDerivedKeys BootstrapPolicy({Shapes.Bootstrap}))",
        $"SecureConversationToken(BootstrapPolicy({Inner}))",
    ];

    private static readonly string[] Supporting =
    [
        "SignedSupportingTokens", "SignedEncryptedSupportingTokens", "EndorsingSupportingTokens", "SignedEndorsingSupportingTokens",
        "SupportingTokens",
    ];

    [Fact]
    public void Token_InEachPlace_HasAnOutcome()
    {
        var outcomes = new HashSet<PolicyOutcome>();
        foreach (var token in Tokens)
        {
            foreach (var other in Tokens)
            {
                string[] policies =
                [
                    $"SymmetricBinding(ProtectionToken({token}) {Shapes.Tail}) SignedSupportingTokens({other}) {Shapes.Parts}",
                    $"AsymmetricBinding(InitiatorToken({token}) RecipientToken({other}) {Shapes.Tail}) {Shapes.Parts}",
                    .. Supporting.Select(place =>
                        $"SymmetricBinding({Shapes.Service} {Shapes.Tail}) {place}({token} {other}) {Shapes.Parts}"),
                    .. Supporting.Select(place => $"{Shapes.Transport} {place}({token} {other}) {Shapes.Parts}"),
                ];
                foreach (var policy in policies)
                {
                    outcomes.UnionWith([Check(Notation.Policy(policy)), Check(Notation.Policy(policy, Notation.Sp11))]);
                }
            }
        }

        Assert.Equal([PolicyOutcome.Imported, PolicyOutcome.NotOffered, PolicyOutcome.Refused], outcomes.Order());
    }

    [Fact]
    public void Elements_InAnyOrder_HaveAnOutcome()
    {
        var names = Notation.Policy($"{Shapes.Session} {Shapes.Asymmetric} {Shapes.Transport}").Descendants().Select(e => e.Name).Distinct()
            .ToArray();
        var next = 12345u;
        for (var i = 0; i < 3000; i++)
        {
            Check(Tree(names, 0, ref next));
        }
    }

    private static XElement Tree(XName[] names, int depth, ref uint next)
    {
        var element = new XElement(depth % 2 == 0 ? "{http://schemas.xmlsoap.org/ws/2004/09/policy}Policy"
            : names[Next(ref next) % names.Length]);
        var children = depth > 8 ? 0 : Next(ref next) % 4;
        for (var i = 0; i < children; i++)
        {
            element.Add(Tree(names, depth + 1, ref next));
        }

        return element;
    }

    // The constants of Numerical Recipes: the same trees in every run.
    private static int Next(ref uint state)
    {
        state = unchecked((state * 1664525) + 1013904223);
        return (int)(state >> 8 & 0xFFFF);
    }

    private static PolicyOutcome Check(XElement policy)
    {
        try
        {
            var alternatives = PolicyImporter.Import(policy);
            Assert.All(alternatives, a =>
            {
                Assert.Equal(a.Outcome == PolicyOutcome.Refused, a.Refusals.Length > 0);
                Assert.Equal(a.Outcome == PolicyOutcome.Imported, a.Binding is not null);
                Assert.Equal(a.Outcome == PolicyOutcome.NotOffered, a.NotOffered is not null);
                Assert.Equal(a.Outcome is PolicyOutcome.Imported or PolicyOutcome.NotOffered, a.Element is SecurityBindingElement);
            });
            return alternatives[0].Outcome;
        }
        catch (PolicyException failure)
        {
            Assert.NotEmpty(failure.Message);
            return PolicyOutcome.Refused;
        }
    }
}
