using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using static SecureConversation.Policy.Tests.Policies.Shapes;
using static SecureConversation.Policy.Tests.Wsdl.WsdlText;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>What is attached is what is imported again.</summary>
public sealed class AttachTests
{
    public static TheoryData<string> Factories => [.. Elements.Keys];

    private static readonly Dictionary<string, SecurityBindingElement> Elements = new()
    {
        ["mutual certificate"] = SecurityBindingElement.CreateMutualCertificateBindingElement(),
        ["duplex"] = SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(),
        ["anonymous"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        ["user name"] = SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        ["session"] = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateMutualCertificateBindingElement()),
        ["session with a cookie"] = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateUserNameForCertificateBindingElement(), requireCancellation: false),
        ["user name over transport"] = SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
        ["certificate over transport"] = SecurityBindingElement.CreateCertificateOverTransportBindingElement(),
        ["session over transport"] = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateUserNameOverTransportBindingElement()),
        ["kerberos over transport"] = SecurityBindingElement.CreateKerberosOverTransportBindingElement(),
        ["negotiated certificate"] = SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate: true,
            requireCancellation: true),
        ["negotiated user name"] = SecurityBindingElement.CreateUserNameForSslBindingElement(requireCancellation: true),
        ["Windows"] = SecurityBindingElement.CreateSspiNegotiationBindingElement(requireCancellation: true),
        ["kerberos"] = SecurityBindingElement.CreateKerberosBindingElement(),
        ["issued token"] = SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(Issued),
        ["issued token for TLS"] = SecurityBindingElement.CreateIssuedTokenForSslBindingElement(Issued, requireCancellation: true),
    };

    private static IssuedSecurityTokenParameters Issued => new()
    {
        TokenType = "urn:saml",
        KeyType = SecurityKeyType.AsymmetricKey,
        KeySize = 2048,
        RequireDerivedKeys = false,
        IssuerAddress = new Uri("https://sts.example/issue"),
        IssuerMetadataAddress = new Uri("https://sts.example/mex"),
        ClaimTypeRequirements = [new() { ClaimType = "urn:claims:name" }, new() { ClaimType = "urn:claims:age", IsOptional = true }],
    };

    [Theory]
    [MemberData(nameof(Factories))]
    public void Element_ComesBack(string name)
    {
        foreach (var (versions, policy) in new[] { (false, PolicyVersion.Policy12), (true, PolicyVersion.Policy15) })
        {
            var element = WithVersion(Elements[name], versions);
            var wsdl = WsdlPolicy.Attach(
                Plain(), element, MessageVersion.Soap12WSAddressing10, ChannelProtectionRequirements.Default,
                    options: new() { PolicyVersion = policy });
            // A policy of the transport is refused at an address of http.
            wsdl.Descendants().Single(e => e.Name.LocalName == "address").SetAttributeValue("location", "https://shop.example/");
            var endpoint = WsdlText.Import(wsdl);
            Assert.True(endpoint.Element is not null, endpoint.Chosen.ToString());
            Assert.Equal(Vectors.WhatPoliciesSay.Of(element, encrypts: true, isCxf: false),
                Vectors.WhatPoliciesSay.Of(endpoint.Element, encrypts: true, isCxf: false));
            Assert.Equal(MessageVersion.Soap12WSAddressing10, endpoint.Chosen.MessageVersion);
        }
    }

    [Fact]
    public void Levels_ComeBack_ByAction()
    {
        var protection = (ChannelProtectionRequirements.Default with { ListsAllMessages = true })
            .WithRequest("urn:shop/Buy", ProtectionLevel.EncryptAndSign).WithReply("urn:shop/BuyReply", ProtectionLevel.Sign)
            .WithReplyTo("urn:shop/Buy", ProtectionLevel.Sign).WithFault("urn:shop/No", ProtectionLevel.EncryptAndSign)
            .WithRequest("urn:shop/Look", ProtectionLevel.None)
            .WithHeader(MessageDirection.ClientToService, "urn:shop/Buy", "h", "urn:x", ProtectionLevel.EncryptAndSign);
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement(), null, protection);
        var imported = WsdlText.Import(WsdlPolicy.Attach(Plain(), binding));
        Assert.Equal(protection, imported.Binding!.Protection);
        Assert.Contains(imported.Chosen.Warnings, w => w.Contains("Look (Request)", StringComparison.Ordinal));
    }

    [Fact]
    public void OldPolicies_AreReplaced_AndOthersStay()
    {
        var old = WsdlPolicy.Attach(Plain(),
            MessageSecurityBinding.Create(SecurityBindingElement.CreateAnonymousForCertificateBindingElement()));
        var other = Policies.Notation.Policy("other:Keep");
        other.SetAttributeValue(
            XName.Get("Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"), "other");
        old.Root!.AddFirst(other);
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement());
        var replaced = WsdlPolicy.Attach(old, binding, "ShopPort");
        Assert.Equal(binding.Element, Vectors.WhatPoliciesSay.Of(WsdlText.Import(replaced).Element!, true,
            false) with
        { MessageSecurityVersion = MessageSecurityVersion.Default });
        Assert.Equal(1,
            replaced.Root!.Elements(WsdlText.Wsp + "Policy").Count(p => p.Attributes().Any(a => a.Value == "ShopBinding_policy")));
        Assert.Contains(replaced.Root.Elements(WsdlText.Wsp + "Policy"), p => p.Attributes().Any(a => a.Value == "other"));
        Assert.DoesNotContain(Plain().Descendants(), e => e.Name.Namespace == WsdlText.Wsp);
    }

    [Fact]
    public void Fault_ThatTheBindingLeavesOut_GetsItsPolicy()
    {
        var wsdl = Plain();
        wsdl.Root!.Element(WsdlText.Wsdl + "binding")!.Descendants(WsdlText.Wsdl + "fault").Remove();
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement());
        Assert.Equal(ChannelProtectionRequirements.Default, WsdlText.Import(WsdlPolicy.Attach(wsdl, binding)).Binding!.Protection);
    }

    [Fact]
    public void OverloadedOperations_GetPoliciesOfTheirOwn()
    {
        var wsdl = Plain();
        foreach (var name in new[] { "binding", "portType" })
        {
            var operation = wsdl.Root!.Element(WsdlText.Wsdl + name)!.Elements(WsdlText.Wsdl + "operation").Last();
            operation.SetAttributeValue("name", "Buy");
            operation.Element(WsdlText.Wsdl + "input")!.SetAttributeValue("name", "BuyAll");
        }

        var binding = MessageSecurityBinding.Create(
            SecurityBindingElement.CreateMutualCertificateBindingElement(), null,
            ChannelProtectionRequirements.Default.WithRequest("urn:shop/Look", ProtectionLevel.Sign));
        var protection = WsdlText.Import(WsdlPolicy.Attach(wsdl, binding)).RequireBinding().Protection;
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel("urn:shop/Look", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:shop/Buy", MessageDirection.ClientToService));
    }

    [Fact]
    public void Binding_OfAnotherName_IsAnErrorWithTheNames()
    {
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement());
        var failure = Assert.Throws<PolicyException>(() => WsdlPolicy.Attach(Plain(), binding, "Other"));
        Assert.Contains("ShopBinding", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Binding_OfAnotherSoapVersion_IsAnError()
    {
        var binding = MessageSecurityBinding.Create(
            SecurityBindingElement.CreateMutualCertificateBindingElement(), MessageVersion.Soap11WSAddressing10);
        var failure = Assert.Throws<PolicyException>(() => WsdlPolicy.Attach(Plain(), binding));
        Assert.Contains("Soap12", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageProtectionProfile.Bound, "Basic256Sha256")]
    [InlineData(MessageProtectionProfile.Bound, "Basic128GcmSha256MgfSha256")]
    [InlineData(MessageProtectionProfile.Strong, "Strong256")]
    [InlineData(MessageProtectionProfile.Strong, "Strong256Sha512")]
    [InlineData(MessageProtectionProfile.Strong, "Strong256MLKem")]
    public void ProfileOfThisLibrary_IsWrittenAndReadAgain(MessageProtectionProfile profile, string suite)
    {
        var element = SecurityBindingElement.CreateMutualCertificateBindingElement() with
        {
            MessageProtectionProfile = profile,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(suite),
        };
        var written = PolicyExporter.Export(MessageSecurityBinding.Create(element), [new ContractOperation { Name = "Buy", Action = "urn:shop/Buy" }]);
        var read = PolicyImporter.Import(new XElement(WsdlText.Wsp + "Policy", written.Binding, written.Operations[0].Input)).Single().Element!;
        Assert.Equal((profile, suite), (read.MessageProtectionProfile, read.DefaultAlgorithmSuite.Name));
    }

    [Fact]
    public void Setting_ThatNoPolicySays_IsAnError()
    {
        var raw = (SymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement();
        var rawStyle = raw with
        {
            ProtectionTokenParameters = ((
                X509SecurityTokenParameters)raw.ProtectionTokenParameters!) with
            { X509ReferenceStyle = X509ReferenceStyle.RawDataKeyIdentifier },
        };
        Assert.Contains("RawDataKeyIdentifier", Refusal(rawStyle), StringComparison.Ordinal);
        var mixed = SecurityBindingElement.CreateSecureConversationBindingElement(
            WithVersion(SecurityBindingElement.CreateMutualCertificateBindingElement(), true));
        Assert.Contains("bootstrap", Refusal(mixed), StringComparison.Ordinal);
    }

    [Fact]
    public void Assertions_AreElementsOfTheDom_WithTheirPrefixes()
    {
        var exported = PolicyExporter.Export(
            MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement()),
                WsdlPolicy.GetOperations(Plain()));
        var element = ExportedPolicies.ToXmlElement(exported.Binding[0]);
        Assert.Equal("sp:SymmetricBinding", element.Name);
        Assert.Equal("wsp:Policy", element.FirstChild!.Name);
        Assert.Equal(["UsingAddressing"], exported.Binding.Where(a => a.Name.NamespaceName.Contains("addressing", StringComparison.Ordinal))
            .Select(a => a.Name.LocalName));
        Assert.Equal(["SignedParts", "EncryptedParts"], exported.Operations[0].Faults["No"].Select(a => a.Name.LocalName));
        Assert.Empty(exported.Operations[1].Output);
    }

    private static string Refusal(SecurityBindingElement element) => Assert.Throws<NotSupportedException>(() =>
        WsdlPolicy.Attach(Plain(), element, MessageVersion.Default, ChannelProtectionRequirements.Default)).Message;

    private static SecurityBindingElement WithVersion(SecurityBindingElement element, bool oasis)
    {
        var trust = oasis ? TrustVersion.Trust13 : TrustVersion.February2005;
        var version = MessageSecurityVersion.All.Single(v =>
            v is { EmitBspRequiredAttributes: true, SecurityVersion: SecurityVersion.WSSecurity11 } && v.TrustVersion == trust);
        return element with { MessageSecurityVersion = version } switch
        {
            SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
                symmetric with
                {
                    ProtectionTokenParameters = session with
                    {
                        BootstrapSecurityBindingElement = WithVersion(
                    session.BootstrapSecurityBindingElement!, oasis)
                    },
                },
            TransportSecurityBindingElement transport => transport with
            {
                EndpointSupportingTokenParameters = transport.EndpointSupportingTokenParameters with
                {
                    Endorsing =
                    [
                        .. transport.EndpointSupportingTokenParameters.Endorsing.Select(t =>
                            t is SecureConversationSecurityTokenParameters session
                            ? session with { BootstrapSecurityBindingElement = WithVersion(session.BootstrapSecurityBindingElement!,
                                oasis) }
                            : t),
                    ],
                },
            },
            var other => other,
        };
    }
}
