using System.Xml.Linq;
using SecureConversation.Binding;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>WS-Policy: alternatives, optional and ignorable assertions, references.</summary>
public sealed class AlternativeTests
{
    private static readonly XName Id =
        XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd");
    private static readonly XNamespace Wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    private static readonly string WithKerberos = Symmetric.Replace("X509Token@Never(RequireThumbprintReference WssX509V3Token10)",
        "KerberosToken@Once(RequireDerivedKeys WssGssKerberosV5ApReqToken11)");

    [Fact]
    public void FirstOffered_IsChosen_AndTheOthersSayWhyNot()
    {
        var endpoint = Endpoint($"{{ {Symmetric.Replace("Basic256", "Basic256GCM")} | {WithKerberos} | {Asymmetric} | {Symmetric} }}");
        Assert.Equal(
            [PolicyOutcome.Refused, PolicyOutcome.NotOffered, PolicyOutcome.Imported, PolicyOutcome.Imported],
            endpoint.Alternatives.Select(a => a.Outcome));
        Assert.Same(endpoint.Alternatives[2], endpoint.Chosen);
        Assert.IsType<AsymmetricSecurityBindingElement>(endpoint.RequireBinding().Element);
    }

    [Fact]
    public void NoneOffered_RequireBinding_SaysOfEachWhy()
    {
        var endpoint = Endpoint($"{{ {Symmetric.Replace("Basic256", "Basic256GCM")} | {WithKerberos} }}");
        var failure = Assert.Throws<NotSupportedException>(endpoint.RequireBinding);
        Assert.Contains("Alternative 1: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Basic256GCM", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Alternative 2: Not offered: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionalToken_IsTwoAlternatives_ThatWithItFirst()
    {
        var alternatives = Endpoint(Symmetric.Replace(Client, Client.Replace("Tokens(", "Tokens?("))).Alternatives;
        Assert.Equal([1, 0], alternatives.Select(a => a.Element!.EndpointSupportingTokenParameters.Endorsing.Length));
    }

    [Fact]
    public void OptionalAndUnknown_TheAlternativeWithoutIt_IsChosen()
    {
        var endpoint = Endpoint($"{Symmetric} other:Quality?");
        Assert.Equal([PolicyOutcome.Refused, PolicyOutcome.Imported], endpoint.Alternatives.Select(a => a.Outcome));
    }

    [Fact]
    public void NestedChoice_IsTwoAlternatives()
    {
        var alternatives = Endpoint(Symmetric.Replace("AlgorithmSuite(Basic256)", "AlgorithmSuite({ Basic256Sha256 | Basic128 })"))
            .Alternatives;
        Assert.Equal(["Basic256Sha256", "Basic128"], alternatives.Select(a => a.Element!.DefaultAlgorithmSuite.Name));
    }

    [Fact]
    public void Ignorable_OfWsPolicy15_IsIgnoredWithAWarning()
    {
        var alternative = Assert.Single(
            PolicyImporter.Import(Notation.Policy($"{Symmetric} other:Quality!", version: PolicyVersion.Policy15)));
        Assert.Equal(PolicyOutcome.Imported, alternative.Outcome);
        Assert.Contains(alternative.Warnings, w => w.Contains("Quality", StringComparison.Ordinal));
    }

    [Fact]
    public void Ignorable_OfWsPolicy12_WhichHasNoSuchThing_IsRefused() =>
        Assert.Equal(PolicyOutcome.Refused, Endpoint($"{Symmetric} other:Quality!").Outcome);

    [Fact]
    public void Ignorable_AssertionOfSecurity_IsRefused() =>
        Assert.Equal(
            PolicyOutcome.Refused,
            Assert.Single(PolicyImporter.Import(
                Notation.Policy($"{Symmetric} SupportingTokens!(UsernameToken)", version: PolicyVersion.Policy15))).Outcome);

    [Fact]
    public void EmptyChoice_IsRefused()
    {
        var alternative = Assert.Single(PolicyImporter.Import(new XElement(Wsp + "Policy", new XElement(Wsp + "ExactlyOne"))));
        Assert.Contains("no alternative", Assert.Single(alternative.Refusals).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyPolicy_AsksForNoMessageSecurity() =>
        Assert.Equal(PolicyOutcome.NoMessageSecurity, Endpoint("").Outcome);

    [Fact]
    public void Reference_ToAnIdInTheDocument_IsFollowed()
    {
        var target = Notation.Policy(Symmetric);
        target.SetAttributeValue(Id, "target");
        var document = new XDocument(new XElement("all", target, new XElement(Wsp + "Policy", Reference("#target"))));
        Assert.Equal(
            PolicyOutcome.Imported, Assert.Single(PolicyImporter.Import(document.Root!.Elements().Last())).Outcome);
    }

    [Fact]
    public void Reference_ToAName_IsFollowed()
    {
        var target = Notation.Policy(Symmetric);
        target.SetAttributeValue("Name", "urn:policies:one");
        var document = new XDocument(new XElement("all", target, new XElement(Wsp + "Policy", Reference("urn:policies:one"))));
        Assert.Equal(
            PolicyOutcome.Imported, Assert.Single(PolicyImporter.Import(document.Root!.Elements().Last())).Outcome);
    }

    [Theory]
    [InlineData("#nowhere", "leads to no policy")]
    [InlineData("http://127.0.0.1:1/policy#x", "leads to no policy")]
    [InlineData("file:///etc/hostname#x", "leads to no policy")]
    public void Reference_ToNothing_IsAnError(string uri, string words)
    {
        var failure = Assert.Throws<PolicyException>(() => PolicyImporter.Import(new XElement(Wsp + "Policy", Reference(uri))));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_ToTwoPoliciesWithOneId_IsAnError()
    {
        var document = new XDocument(new XElement(
            "all",
            new XElement(Wsp + "Policy", new XAttribute(Id, "a")),
            new XElement(Wsp + "Policy", new XAttribute(Id, "a")),
            new XElement(Wsp + "Policy", Reference("#a"))));
        var failure = Assert.Throws<PolicyException>(() => PolicyImporter.Import(document.Root!.Elements().Last()));
        Assert.Contains("2 policies", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_WithADigest_IsAnError()
    {
        var reference = Reference("#a");
        reference.SetAttributeValue("Digest", "AAAA");
        var failure = Assert.Throws<PolicyException>(() => PolicyImporter.Import(new XElement(Wsp + "Policy", reference)));
        Assert.Contains("Digest", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<wsp:Some xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'/>", "not an operator")]
    [InlineData("text", "only elements may stand")]
    [InlineData("<a wsp:Optional='maybe' xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'/>", "write true or false")]
    [InlineData("<a xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'><wsp:Policy/><wsp:Policy/></a>", "2 nested policies")]
    [InlineData("<wsp:PolicyReference xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'/>", "no URI")]
    public void Policy_AgainstTheRules_IsAnErrorWithItsLine(string content, string words)
    {
        var text = $"<wsp:Policy xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy'>\n{content}</wsp:Policy>";
        var failure = Assert.Throws<PolicyException>(() => PolicyImporter.Import(XElement.Parse(text, LoadOptions.SetLineInfo)));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Location!.Line is 1 or 2);
    }

    private static XElement Reference(string uri) => new(Wsp + "PolicyReference", new XAttribute("URI", uri));

    private static ImportedEndpoint Endpoint(string text) => new()
    {
        Name = "port",
        WsdlBinding = "binding",
        Contract = "contract",
        Alternatives = PolicyImporter.Import(Notation.Policy(text)),
    };
}
