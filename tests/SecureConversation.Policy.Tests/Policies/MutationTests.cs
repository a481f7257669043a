using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Tests.Vectors;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>
/// Every policy that WCF and CXF published, with each of its assertions renamed, doubled or taken out: nothing crashes, and nothing is
/// imported to something weaker than the changed text says.
/// </summary>
public sealed class MutationTests
{
    private static readonly XNamespace[] Wsp = ["http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy"];

    // Without these a policy says the same to this library: they say what it does in any case, or what it can do.
    private static readonly HashSet<string> WithoutEffect =
    [
        "WssX509V3Token10", "WssUsernameToken10", "OnlySignEntireHeadersAndBody", "MustNotSendAmend", "MustSupportIssuedTokens",
        "MustSupportRefKeyIdentifier", "MustSupportRefIssuerSerial", "MustSupportRefThumbprint", "MustSupportRefEncryptedKey", "Header",
    ];

    public static TheoryData<string> Policies => [.. VectorWsdl.Names.Select(name => (Name: name, Text: Policy(name)))
        .DistinctBy(p => p.Text).Select(p => new TheoryDataRow<string>(p.Text) { Label = p.Name })];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Assertion_Renamed_IsRefused(string text) => ForEach(text, (assertion, _, _) =>
    {
        assertion.Name = assertion.Name.Namespace + ("Other" + assertion.Name.LocalName);
        var result = Import(assertion);
        return result.Outcome == PolicyOutcome.Refused;
    });

    [Theory]
    [MemberData(nameof(Policies))]
    public void Assertion_Doubled_IsRefusedOrNoWeaker(string text) => ForEach(text, (assertion, original, _) =>
    {
        assertion.AddAfterSelf(new XElement(assertion));
        var result = Import(assertion);
        return result.Outcome == PolicyOutcome.Refused || IsNoWeaker(result, original);
    });

    [Theory]
    [MemberData(nameof(Policies))]
    public void Assertion_TakenOut_IsRefusedOrChangesTheBinding(string text) => ForEach(text, (assertion, original, path) =>
    {
        var root = assertion.AncestorsAndSelf().Last();
        assertion.Remove();
        var result = Import(root);
        var changes = result.Outcome != original.Outcome || !Equals(result.Element, original.Element)
            || result.MessageVersion != original.MessageVersion
            || !Equals(result.Protection, original.Protection) || !result.OtherRequirements.SequenceEqual(original.OtherRequirements);
        return changes || WithoutEffect.Contains(assertion.Name.LocalName) || SaysTheDefault(assertion, original, path);
    });

    /// <summary>Where an assertion says what holds without it, too.</summary>
    private static bool SaysTheDefault(XElement assertion, PolicyAlternative original, string path) => assertion.Name.LocalName switch
    {
        // A handshake is always signed and encrypted.
        "SignedParts" or "EncryptedParts" => path.Contains("BootstrapPolicy", StringComparison.Ordinal)
            || path.Contains("SupportingTokens", StringComparison.Ordinal)
            // Headers of WS-Addressing are always signed.
            || !assertion.Elements().Any(e => e.Name.LocalName == "Body"),
        // Without children it means the body (WS-SecurityPolicy 1.2 section 4.2.1).
        "Body" => path.Contains("EncryptedParts", StringComparison.Ordinal) || path.Contains("BootstrapPolicy", StringComparison.Ordinal),
        // A session has WS-Addressing in any case; the importer assumes 1.0 and warns.
        "UsingAddressing" or "Addressing" => original.Element is SymmetricSecurityBindingElement
        { ProtectionTokenParameters: SecureConversationSecurityTokenParameters },
        "Layout" => assertion.Descendants().Any(e => e.Name.LocalName == "Lax"),
        "Trust10" or "Trust13" =>
            assertion.Descendants().Count(e => e.Name.LocalName is "RequireClientEntropy" or "RequireServerEntropy") != 1,
        // The last of two that remain, or of one: both is the default.
        "RequireClientEntropy" or "RequireServerEntropy" => original.Element!.KeyEntropyMode != SecurityKeyEntropyMode.CombinedEntropy
            || path.Contains("BootstrapPolicy", StringComparison.Ordinal),
        "Wss11" => !assertion.Descendants().Any(e => e.Name.LocalName == "RequireSignatureConfirmation"),
        _ => false,
    };

    private static bool IsNoWeaker(PolicyAlternative result, PolicyAlternative original) =>
        result.Outcome == PolicyOutcome.NoMessageSecurity
            ? original.Outcome == PolicyOutcome.NoMessageSecurity
            : Level(result) >= Level(original) && IsNoWeaker(result.Element!, original.Element!);

    /// <summary>The same element, with tokens more at most, in it or in its bootstrap.</summary>
    private static bool IsNoWeaker(SecurityBindingElement result, SecurityBindingElement original) =>
        Equals(WithoutTokens(result), WithoutTokens(original))
        && original.EndpointSupportingTokenParameters.All.All(wanted =>
            result.EndpointSupportingTokenParameters.All.Any(token => IsNoWeaker(token, wanted)))
        && (original as SymmetricSecurityBindingElement)?.ProtectionTokenParameters is var protects
        && (protects is null || IsNoWeaker(((SymmetricSecurityBindingElement)result).ProtectionTokenParameters!, protects));

    private static bool IsNoWeaker(SecurityTokenParameters result, SecurityTokenParameters original) =>
        (result, original) is (SecureConversationSecurityTokenParameters mine, SecureConversationSecurityTokenParameters theirs)
            ? Equals(mine with { BootstrapSecurityBindingElement = null }, theirs with { BootstrapSecurityBindingElement = null })
                && IsNoWeaker(mine.BootstrapSecurityBindingElement!, theirs.BootstrapSecurityBindingElement!)
            : Equals(result, original);

    private static SecurityBindingElement WithoutTokens(SecurityBindingElement element)
    {
        var without = element with { EndpointSupportingTokenParameters = SupportingTokenParameters.None };
        return without is SymmetricSecurityBindingElement symmetric ? symmetric with { ProtectionTokenParameters = null } : without;
    }

    private static ProtectionLevel Level(PolicyAlternative alternative) => alternative.Protection.DefaultProtectionLevel;

    private static void ForEach(string text, Func<XElement, PolicyAlternative, string, bool> holds)
    {
        var original = Import(XElement.Parse(text));
        Assert.NotEqual(PolicyOutcome.Refused, original.Outcome);
        var count = Assertions(XElement.Parse(text)).Count();
        Assert.True(count > 10);
        for (var i = 0; i < count; i++)
        {
            var assertion = Assertions(XElement.Parse(text)).ElementAt(i);
            var path = string.Join('/',
                assertion.AncestorsAndSelf().Where(e => !Wsp.Contains(e.Name.Namespace)).Select(e => e.Name.LocalName).Reverse());
            Assert.True(holds(assertion, original, path), path);
        }
    }

    // What stands inside of reliable messaging is not about security.
    private static IEnumerable<XElement> Assertions(XElement policy) =>
        policy.Descendants()
            .Where(e => !Wsp.Contains(e.Name.Namespace) && !e.AncestorsAndSelf().Any(a => a.Name.LocalName == "RMAssertion"));

    private static PolicyAlternative Import(XElement anywhere) => Assert.Single(PolicyImporter.Import(anywhere.AncestorsAndSelf().Last()));

    /// <summary>The policies of the wsdl:binding and of the first request as one.</summary>
    private static string Policy(string name)
    {
        var wsdl = XDocument.Load(new MemoryStream(VectorWsdl.Read(name)));
        var id = XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd");
        var all = wsdl.Root!.Elements().Where(e => e.Name.LocalName == "Policy").ToDictionary(p => "#" + p.Attribute(id)!.Value);
        var references = wsdl.Root.Elements("{http://schemas.xmlsoap.org/wsdl/}binding").Descendants()
            .Where(e => e.Name.LocalName == "PolicyReference").ToList();
        var chosen = references.Where(r => r.Parent!.Name.LocalName == "binding")
            .Concat(references.Where(r => r.Parent!.Name.LocalName == "input").Take(1));
        return new XElement(Wsp[0] + "Policy", chosen.Select(r => new XElement(all[r.Attribute("URI")!.Value])))
            .ToString(SaveOptions.DisableFormatting);
    }
}
