using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using static SecureConversation.Policy.Tests.Policies.Shapes;
using static SecureConversation.Policy.Tests.Wsdl.WsdlText;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>Policies apply where they are attached (WS-PolicyAttachment 1.5 section 4.1).</summary>
public sealed class EndpointTests
{
    private static readonly string Bare = Symmetric.Replace(Parts, "");

    [Fact]
    public void Port_HasNamesAddressAndActions()
    {
        var endpoint = WsdlText.Import(With(("binding", Symmetric)));
        Assert.Equal(
            ("ShopPort", "{urn:shop}ShopService", "{urn:shop}ShopBinding", "{urn:shop}IShop", "http://shop.example/"),
            (endpoint.Name, endpoint.Service!.ToString(), endpoint.WsdlBinding.ToString(), endpoint.Contract.ToString(),
                endpoint.Address!.ToString()));
        Assert.Equal(["urn:shop/Buy", "urn:shop/Look"], endpoint.Operations.Select(o => o.Action));
        Assert.Equal(["urn:shop/BuyReply", null], endpoint.Operations.Select(o => o.ReplyAction));
        Assert.Equal("urn:shop/No", Assert.Single(endpoint.Operations[0].Faults).Action);
    }

    [Theory]
    [InlineData("service")]
    [InlineData("service/port")]
    [InlineData("binding")]
    [InlineData("portType")]
    public void Policy_OfEachPlaceOfAnEndpoint_Applies(string place)
    {
        var endpoint = WsdlText.Import(With((place, Symmetric)));
        Assert.Equal(PolicyOutcome.Imported, endpoint.Outcome);
        Assert.Equal(ProtectionLevel.EncryptAndSign, endpoint.Binding!.Protection.DefaultProtectionLevel);
    }

    [Theory]
    [InlineData("binding/operation/input", MessageDirection.ClientToService, "urn:shop/Buy")]
    [InlineData("portType/operation/input", MessageDirection.ClientToService, "urn:shop/Buy")]
    [InlineData("binding/operation/output", MessageDirection.ServiceToClient, "urn:shop/BuyReply")]
    [InlineData("portType/operation/fault", MessageDirection.ServiceToClient, "urn:shop/No")]
    public void Parts_OfAMessage_ApplyToIt(string place, MessageDirection direction, string action)
    {
        var protection = WsdlText.Import(With(("binding", Bare), (place, Parts))).Binding!.Protection;
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel(action, direction));
        var others = new[]
        {
            protection.GetLevel("urn:shop/Buy", MessageDirection.ClientToService),
                protection.GetLevel("urn:shop/Look", MessageDirection.ClientToService),
            protection.GetLevel("urn:shop/BuyReply", MessageDirection.ServiceToClient),
                protection.GetLevel("urn:shop/No", MessageDirection.ServiceToClient),
        };
        Assert.Equal(1, others.Count(level => level != ProtectionLevel.None));
    }

    [Fact]
    public void Parts_OfAnOperation_ApplyToAllItsMessages()
    {
        var protection = WsdlText.Import(With(("binding", Bare), ("binding/operation", Parts))).Binding!.Protection;
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:shop/Buy", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:shop/No", MessageDirection.ServiceToClient));
        Assert.Equal(ProtectionLevel.None, protection.GetLevel("urn:shop/Look", MessageDirection.ClientToService));
    }

    [Fact]
    public void Parts_OfTwoScopes_AreJoined()
    {
        var endpoint = WsdlText.Import(With(
            ("binding", $"{Bare} SignedParts[Body]"),
                ("binding/operation/input", "EncryptedParts[Body Header#Name=h#Namespace=urn:x] "
                    + "SignedParts[Header#Name=h#Namespace=urn:x]")));
        var protection = endpoint.RequireBinding().Protection;
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:shop/Buy", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel("urn:shop/BuyReply", MessageDirection.ServiceToClient));
        Assert.Equal(("h", ProtectionLevel.EncryptAndSign),
            protection.GetHeaders("urn:shop/Buy", MessageDirection.ClientToService).Select(h => (h.Name, h.Level)).Single());
        Assert.Empty(protection.GetHeaders("urn:shop/Look", MessageDirection.ClientToService));
    }

    [Fact]
    public void Message_EncryptedAndNotSigned_IsRefusedWithItsName()
    {
        var endpoint = WsdlText.Import(With(("binding", Bare), ("binding/operation/input", "EncryptedParts[Body]")));
        var refusal = Assert.Single(endpoint.Chosen.Refusals);
        Assert.Contains("request of operation Buy", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal("shop.wsdl", refusal.Location.Document);
        Assert.True(refusal.Location.Line > 1);
    }

    [Theory]
    [InlineData("binding/operation/input")]
    [InlineData("message")]
    public void Message_WithTokensOfItsOwn_IsRefused(string place)
    {
        var refusals = WsdlText.Import(With(("binding", Symmetric), (place, Client))).Chosen.Refusals;
        Assert.Contains(refusals, r => r.Assertion.LocalName == "EndorsingSupportingTokens");
    }

    [Fact]
    public void Operations_WithTheSameSecurity_AreOneBinding()
    {
        var wsdl = Plain();
        foreach (var operation in wsdl.Descendants(WsdlText.Wsdl + "binding").Elements(WsdlText.Wsdl + "operation"))
        {
            operation.AddFirst(Policies.Notation.Policy(Symmetric));
        }

        Assert.Equal(PolicyOutcome.Imported, WsdlText.Import(wsdl).Outcome);
    }

    [Fact]
    public void Operation_WithOtherSecurity_IsRefused()
    {
        var refusal = Assert.Single(
            WsdlText.Import(With(("binding", Symmetric.Replace("Wss11(RequireSignatureConfirmation)", "")),
                ("binding/operation", "Wss11(RequireSignatureConfirmation)"))).Chosen.Refusals);
        Assert.Contains("operation Look has other security than Buy", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Address_WithoutHttps_UnderAPolicyThatAlsoDemandsIt_IsRefused()
    {
        var both = $"{Symmetric} TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256))";
        Assert.Equal(PolicyOutcome.Refused, WsdlText.Import(With(("binding", both))).Outcome);
        var wsdl = With(("binding", both));
        wsdl.Descendants().Attributes("location").Single().Value = "https://shop.example/";
        var chosen = WsdlText.Import(wsdl).Chosen;
        Assert.Equal(PolicyOutcome.Imported, chosen.Outcome);
        Assert.Contains(chosen.OtherRequirements, r => r.LocalName == "HttpsToken");
    }

    [Fact]
    public void PolicyUris_AreFollowed()
    {
        var wsdl = Plain();
        var policy = Policies.Notation.Policy(Symmetric);
        policy.SetAttributeValue(
            XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"), "p");
        wsdl.Root!.AddFirst(policy);
        wsdl.Descendants(WsdlText.Wsdl + "binding").Single().SetAttributeValue(WsdlText.Wsp + "PolicyURIs", "#p");
        Assert.Equal(PolicyOutcome.Imported, WsdlText.Import(wsdl).Outcome);
    }

    [Fact]
    public void PolicyAttachment_WhichTheImporterDoesNotRead_RefusesThePort()
    {
        var wsdl = With(("binding", Symmetric));
        wsdl.Root!.AddFirst(new XElement(WsdlText.Wsp + "PolicyAttachment"));
        Assert.Contains("PolicyAttachment", Assert.Single(WsdlText.Import(wsdl).Chosen.Refusals).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void UsingAddressing_InTheWsdl_IsRead()
    {
        var wsdl = With(("binding", Symmetric.Replace("wsam:Addressing", "")));
        wsdl.Descendants(WsdlText.Wsdl + "binding").Single()
            .Add(new XElement("{http://www.w3.org/2006/05/addressing/wsdl}UsingAddressing"));
        Assert.Equal(MessageVersion.Soap12WSAddressing10, WsdlText.Import(wsdl).Binding!.MessageVersion);
    }

    public static TheoryData<string, string?, bool> Identities => new()
    {
        { "<Dns>shop.example</Dns>", "DNS shop.example", false },
        { "<Upn>me@example.org</Upn>", null, true },
        { "<Spn>host/me</Spn>", null, true },
        { "<Other/>", null, true },
        {
            "<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data><X509Certificate>no</X509Certificate></X509Data></KeyInfo>",
            null, true
        },
    };

    [Theory]
    [MemberData(nameof(Identities))]
    public void Identity_IsReadOrWarnedOf(string identity, string? expected, bool warns)
    {
        var wsdl = With(("binding", Symmetric));
        wsdl.Descendants(WsdlText.Wsdl + "port").Single().Add(new XElement(
            "{http://www.w3.org/2005/08/addressing}EndpointReference",
            XElement.Parse($"<Identity xmlns='http://schemas.xmlsoap.org/ws/2006/02/addressingidentity'>{identity}</Identity>")));
        var endpoint = WsdlText.Import(wsdl);
        Assert.Equal(expected, endpoint.Identity?.ToString());
        Assert.Equal(warns, endpoint.Warnings.Length == 1);
    }

    [Fact]
    public void PortWithABrokenPolicy_RefusesItselfAndNoOther()
    {
        var wsdl = With(("binding", Symmetric));
        wsdl.Root!.Element(WsdlText.Wsdl + "service")!.Add(XElement.Parse(
            $"<wsdl:port xmlns:wsdl='{WsdlText.Wsdl}' xmlns:wsp='{WsdlText.Wsp}' xmlns:tns='urn:shop' name='Broken' "
                + $"binding='tns:ShopBinding'><wsp:PolicyReference URI='#no'/></wsdl:port>"));
        using var stream = new MemoryStream();
        wsdl.Save(stream);
        stream.Position = 0;
        var import = new WsdlImporter().Import(stream);
        Assert.Equal(PolicyOutcome.Imported, import["ShopPort"].Outcome);
        Assert.Equal(PolicyOutcome.Refused, import["Broken"].Outcome);
        Assert.Contains("ShopPort, Broken", Assert.Throws<KeyNotFoundException>(() => import["Other"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_OfNoAttribute_FollowThePattern()
    {
        var wsdl = With(("binding", Symmetric));
        wsdl.Descendants().Attributes("{http://www.w3.org/2007/05/addressing/metadata}Action").Remove();
        wsdl.Descendants().Attributes("soapAction").Remove();
        var operations = WsdlText.Import(wsdl).Operations;
        Assert.Equal(("urn:shop:IShop:BuyRequest", "urn:shop:IShop:BuyResponse"), (operations[0].Action, operations[0].ReplyAction));
        Assert.Equal("urn:shop:IShop:Buy:Fault:No", Assert.Single(operations[0].Faults).Action);
        Assert.Equal("urn:shop:IShop:Look", operations[1].Action);
    }
}
