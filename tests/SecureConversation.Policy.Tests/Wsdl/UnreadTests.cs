using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Tests.Policies;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>What a WSDL demands in places or words that are not read refuses its port, and many references end soon.</summary>
public sealed class UnreadTests
{
    private const string Signed = "SignedParts[Body]";

    public static TheoryData<string, string, string> Unread => new()
    {
        { "binding", "<o:Policy xmlns:o='http://www.w3.org/2006/07/ws-policy'/>", "WS-Policy 1.2 or 1.5" },
        { "binding", "<o:PolicyReference xmlns:o='http://schemas.xmlsoap.org/ws/2002/12/policy' URI='#p'/>", "WS-Policy 1.2 or 1.5" },
        { "binding/operation/input", "<o:PolicyReference xmlns:o='http://www.w3.org/2006/07/ws-policy'/>", "WS-Policy 1.2 or 1.5" },
        { "binding/operation/input", "<o:body xmlns:o='http://schemas.xmlsoap.org/wsdl/soap12/'><Policy/></o:body>", "is not read" },
        {
            "binding", "<sp:EncryptedParts xmlns:sp='http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702'/>", "outside of a policy"
        },
        { "service/port", "<o:x xmlns:o='urn:o' w:required='true' xmlns:w='http://schemas.xmlsoap.org/wsdl/'/>", "wsdl:required" },
        {
            "binding/operation",
            "<w:fault name='Other' xmlns:w='http://schemas.xmlsoap.org/wsdl/'><p:Policy xmlns:p='http://www.w3.org/ns/ws-policy'><x/>"
                + "</p:Policy></w:fault>",
            "no such message"
        },
    };

    [Theory]
    [MemberData(nameof(Unread))]
    public void Wsdl_ThatDemandsWhatIsNotRead_IsRefused(string path, string element, string words)
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        Assert.Equal(PolicyOutcome.Imported, WsdlText.Import(wsdl).Outcome);
        path.Split('/').Aggregate(wsdl.Root!, (parent, name) => parent.Elements(WsdlText.Wsdl + name).First()).Add(XElement.Parse(element));
        var refusal = Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals);
        Assert.Contains(words, refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PolicyUris_OfAnotherVersion_AreRefused()
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        wsdl.Root!.Element(WsdlText.Wsdl + "portType")!.SetAttributeValue("{http://www.w3.org/2006/07/ws-policy}PolicyURIs", "#p");
        Assert.Contains("PolicyURIs", Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x:Token")]
    [InlineData("*")]
    [InlineData("To ken")]
    public void Header_WithoutAName_IsRefused(string name)
    {
        var policy = Notation.Policy($"{Symmetric} SignedParts[Body Header#Name=Token#Namespace=urn:x]");
        policy.Descendants(Notation.Sp12 + "Header").Single().SetAttributeValue("Name", name);
        Assert.Contains("no name", Assert.Single(Assert.Single(PolicyImporter.Import(policy)).Refusals).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_WithSpaceAroundItsName_IsProtected()
    {
        var policy = Notation.Policy($"{Symmetric} SignedParts[Body Header#Name=Token#Namespace=urn:x]");
        policy.Descendants(Notation.Sp12 + "Header").Single().SetAttributeValue("Name", " Token\n");
        var header = Assert.Single(Assert.Single(PolicyImporter.Import(policy)).Protection!.Headers);
        Assert.Equal(("Token", "urn:x"), (header.Name, header.Namespace));
    }

    [Theory]
    [InlineData("binding/operation")]
    [InlineData("binding/operation/input")]
    public void Addressing_OfOneOperation_IsRefused(string path)
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"), (path, "wsap:UsingAddressing"));
        Assert.Contains("WS-Addressing", Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Identity_WithACertificateAndAName_IsTheCertificateWhereItCanBeRead(bool isGood)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=shop", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        wsdl.Descendants(WsdlText.Wsdl + "port").Single().Add(XElement.Parse(
            $"""
            <a:EndpointReference xmlns:a="http://www.w3.org/2005/08/addressing">
              <Identity xmlns="http://schemas.xmlsoap.org/ws/2006/02/addressingidentity">
                <Dns>shop.example</Dns>
                <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
                  <X509Certificate>{(isGood ? Convert.ToBase64String(certificate.RawData) : "AAAA")}</X509Certificate>
                </X509Data></KeyInfo>
              </Identity>
            </a:EndpointReference>
            """));
        var endpoint = WsdlText.Import(wsdl);
        Assert.Equal(isGood ? "certificate" : "DNS shop.example", endpoint.Identity?.ToString());
        Assert.Equal(isGood ? 0 : 1, endpoint.Warnings.Length);
    }

    [Theory]
    [InlineData("<E xmlns='http://www.w3.org/2005/08/addressing'><I><Dns>a</Dns></I></E><E xmlns='http://www.w3.org/2005/08/addressing'><I><Dns>b</Dns></I></E>")]
    [InlineData("<E xmlns='http://www.w3.org/2005/08/addressing'><I><Dns>a</Dns></I><I><Dns>b</Dns></I></E>")]
    [InlineData("<E xmlns='http://www.w3.org/2005/08/addressing'><I><Dns>a</Dns><Dns>b</Dns></I></E>")]
    public void SeveralIdentities_AreRefused(string references)
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        var text = references.Replace("E>", "EndpointReference>", StringComparison.Ordinal).Replace("<E ", "<EndpointReference ", StringComparison.Ordinal)
            .Replace("<I>", "<Identity xmlns='http://schemas.xmlsoap.org/ws/2006/02/addressingidentity'>", StringComparison.Ordinal)
            .Replace("</I>", "</Identity>", StringComparison.Ordinal);
        wsdl.Descendants(WsdlText.Wsdl + "port").Single().Add(XElement.Parse($"<x>{text}</x>").Elements());
        var refusal = Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals);
        Assert.Contains("leave one", refusal.Reason, StringComparison.Ordinal);
    }

    /// <summary>Without tokens nothing would be left of the policy; with them, the element says that the transport has to protect them.</summary>
    [Fact]
    public void Transport_AtAnUnprotectedAddress_IsRefusedOrWarnedOf()
    {
        var bare = WsdlText.With(("binding", "TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256))"));
        Assert.Contains("the address is http", Assert.Single(WsdlText.Import(bare).Chosen.Refusals).Reason, StringComparison.Ordinal);
        var tokens = WsdlText.With(("binding", "TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256) IncludeTimestamp)"));
        var chosen = WsdlText.Import(tokens).Chosen;
        Assert.Equal(PolicyOutcome.Imported, chosen.Outcome);
        Assert.Contains(chosen.Warnings, warning => warning.Contains("the address is http", StringComparison.Ordinal));
        foreach (var wsdl in new[] { bare, tokens })
        {
            wsdl.Descendants().Single(e => e.Name.LocalName == "address").SetAttributeValue("location", "https://shop.example/");
            Assert.Empty(WsdlText.Import(wsdl).Chosen.Refusals);
            Assert.DoesNotContain(WsdlText.Import(wsdl).Chosen.Warnings, warning => warning.Contains("the address is", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("TRUE", null)]
    [InlineData("", null)]
    public void RequireClientCertificate_IsABoolean(string value, bool? expected)
    {
        var policy = Notation.Policy("TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256) IncludeTimestamp)");
        policy.Descendants(Notation.Sp12 + "HttpsToken").Single().SetAttributeValue("RequireClientCertificate", value);
        var alternative = Assert.Single(PolicyImporter.Import(policy));
        Assert.Equal(expected is null ? 1 : 0, alternative.Refusals.Length);
        Assert.Equal(expected == true, alternative.OtherRequirements.Any(name => name.LocalName == "RequireClientCertificate"));
    }

    [Theory]
    [InlineData("Name", "To", new[] { "To" })]
    [InlineData("Namespace", "http://schemas.xmlsoap.org/ws/2004/08/addressing", new[] { "Action", "FaultTo", "From", "MessageID", "RelatesTo", "ReplyTo", "To" })]
    public void HeadersOfTheOtherAddressing_AreSignedByName(string attribute, string value, string[] names)
    {
        const string ns = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
        var policy = Notation.Policy($"{Symmetric} SignedParts[Body Header#Name=To#Namespace=urn:x]");
        var header = policy.Descendants(Notation.Sp12 + "Header").Single(h => (string?)h.Attribute("Namespace") == "urn:x");
        header.RemoveAttributes();
        header.SetAttributeValue("Namespace", ns);
        header.SetAttributeValue(attribute, value);
        var alternative = Assert.Single(PolicyImporter.Import(policy));
        Assert.Equal(AddressingVersion.WSAddressing10, alternative.MessageVersion!.Addressing);
        Assert.Equal(names.Select(n => (n, ns)), alternative.Binding!.Protection.Headers.Select(h => (h.Name, h.Namespace)));
        header.SetAttributeValue("Namespace", "http://www.w3.org/2005/08/addressing");
        Assert.Empty(Assert.Single(PolicyImporter.Import(policy)).Binding!.Protection.Headers);
    }

    [Theory]
    [InlineData("Digest", null, "digest")]
    [InlineData("DigestAlgorithm", null, "digest")]
    [InlineData("Uri", null, "not known")]
    [InlineData(null, "<x xmlns='urn:x'/>", "inside")]
    [InlineData(null, "<Digest/>", "inside")]
    public void Reference_ThatSaysMoreThanItsTarget_IsRefused(string? attribute, string? child, string words)
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        var policy = Notation.Policy(Signed, version: PolicyVersion.Policy15);
        policy.SetAttributeValue(XNamespace.Xml + "id", "p");
        wsdl.Root!.AddFirst(policy);
        var reference = new XElement(WsdlText.Wsp + "PolicyReference", new XAttribute("URI", "#p"),
            new XAttribute(WsdlText.Wsdl + "required", true));
        wsdl.Root.Element(WsdlText.Wsdl + "binding")!.AddFirst(reference);
        Assert.Empty(WsdlText.Import(wsdl).Chosen.Refusals);
        if (attribute is not null)
        {
            reference.SetAttributeValue(attribute, "x");
        }

        if (child is not null)
        {
            reference.Add(XElement.Parse(child));
        }

        Assert.Contains(words, Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Attach_ToABindingWithoutAName_Throws()
    {
        var wsdl = WsdlText.Plain();
        wsdl.Root!.Element(WsdlText.Wsdl + "binding")!.Attribute("name")!.Remove();
        var element = SecurityBindingElement.CreateMutualCertificateBindingElement();
        var failure = Assert.Throws<PolicyException>(() => WsdlPolicy.Attach(
            wsdl, element, MessageVersion.Soap12WSAddressing10, ChannelProtectionRequirements.Default));
        Assert.Contains("has no name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_ThroughALinkedDirectory_IsRefused()
    {
        var inside = Directory.CreateTempSubdirectory();
        var outside = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(outside.FullName, "other.wsdl"), "<x/>");
            Directory.CreateSymbolicLink(Path.Combine(inside.FullName, "link"), outside.FullName);
            var wsdl = Path.Combine(inside.FullName, "a.wsdl");
            File.WriteAllText(
                wsdl, "<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/'><d:import location='link/other.wsdl'/></d:definitions>");
            var failure = Assert.Throws<PolicyException>(() => new WsdlImporter().ImportFile(wsdl));
            Assert.Contains("is a link", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            inside.Delete(recursive: true);
            outside.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 256)]
    public void ManyOperations_WithReferencesToALongPolicy_AreReadSoon(bool ofMessages, int ports)
    {
        var wsdl = WsdlText.With(("binding", $"{Symmetric} {Signed}"));
        var root = wsdl.Root!;
        var assertions = string.Join(' ', Enumerable.Repeat("other:A!", 3900));
        var policy = Notation.Policy(assertions, version: PolicyVersion.Policy15);
        policy.SetAttributeValue(XNamespace.Xml + "id", "p");
        root.AddFirst(policy);
        for (var i = 0; i < 3000; i++)
        {
            var reference = new XElement(WsdlText.Wsp + "PolicyReference", new XAttribute("URI", "#p"));
            var input = new XElement(WsdlText.Wsdl + "input", ofMessages ? reference : null);
            var name = new XAttribute("name", $"o{i}");
            root.Element(WsdlText.Wsdl + "portType")!.Add(
                new XElement(WsdlText.Wsdl + "operation", name, new XElement(WsdlText.Wsdl + "input")));
            root.Element(WsdlText.Wsdl + "binding")!.Add(
                new XElement(WsdlText.Wsdl + "operation", name, ofMessages ? null : reference, input));
        }

        var port = root.Element(WsdlText.Wsdl + "service")!.Elements().Single();
        port.Parent!.Add(Enumerable.Repeat(port, ports - 1));
        var watch = Stopwatch.StartNew();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(wsdl.ToString()));
        var endpoints = new WsdlImporter().Import(stream).Endpoints;
        Assert.Equal(ports, endpoints.Length);
        Assert.All(endpoints, e => Assert.Contains("MaxPolicyWork", Assert.Single(e.Chosen.Refusals).Reason, StringComparison.Ordinal));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), watch.Elapsed.ToString());
    }
}
