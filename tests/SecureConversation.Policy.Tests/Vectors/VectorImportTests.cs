using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Policy.Tests.Vectors;

public sealed class VectorImportTests
{
    public static TheoryData<string> All => VectorWsdl.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Wsdl_ImportsToTheRecordedBinding(string name)
    {
        var endpoint = VectorWsdl.Import(name);
        var vector = VectorArchive.Get(name);
        Assert.True(endpoint.Outcome == PolicyOutcome.Imported, endpoint.Chosen.ToString());
        var recorded = VectorBindings.Create(vector.File.Binding);
        Assert.Equal(recorded.MessageVersion, endpoint.Binding!.MessageVersion);
        var encrypts = recorded.Protection.DefaultProtectionLevel == ProtectionLevel.EncryptAndSign;
        var isCxf = vector.Name.StartsWith("cxf-", StringComparison.Ordinal);
        Assert.Equal(WhatPoliciesSay.Of(recorded.Element, encrypts, isCxf), WhatPoliciesSay.Of(endpoint.Element!, encrypts, isCxf));
        Assert.Equal(recorded.Protection.DefaultProtectionLevel, endpoint.Binding.Protection.DefaultProtectionLevel);
    }

    [Theory]
    [InlineData("transport/username-transport", false, false)]
    [InlineData("transport/sc-username-transport", false, true)]
    [InlineData("transport/sc-cert-transport", true, true)]
    [InlineData("transport/sc-cert-transport-2007", true, true)]
    public void Wsdl_OverTransport_ImportsToWhatTheFactoriesMake(string name, bool isCertificate, bool isSession)
    {
        var imported = VectorWsdl.Import(name).Element!;
        SecurityBindingElement made = isCertificate
            ? SecurityBindingElement.CreateCertificateOverTransportBindingElement()
            : SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        made = made with { MessageSecurityVersion = imported.MessageSecurityVersion };
        if (isSession)
        {
            made = SecurityBindingElement.CreateSecureConversationBindingElement(made) with
            {
                MessageSecurityVersion = imported.MessageSecurityVersion,
            };
        }

        Assert.Equal(made, imported);
    }

    [Fact]
    public void Vectors_HaveWsdls_OfAllKinds()
    {
        Assert.True(VectorWsdl.Names.Length >= 140, $"{VectorWsdl.Names.Length}");
        Assert.Contains(VectorWsdl.Names, name => name.StartsWith("cxf-session/", StringComparison.Ordinal));
        Assert.Contains(VectorWsdl.Names, name => name.StartsWith("transport/", StringComparison.Ordinal));
    }

    [Fact]
    public void Wsdl_OfWcf_HasAddressContractAndIdentity()
    {
        var endpoint = VectorWsdl.Import("session/sc-mutualcert-2007");
        var vector = VectorArchive.Get("session/sc-mutualcert-2007");
        Assert.Equal("http", endpoint.Address?.Scheme);
        Assert.Equal("{http://example.org/echo}Echo", endpoint.Contract.ToString());
        Assert.Equal(vector.ServiceCertificate.RawData, endpoint.IdentityCertificate.ToArray());
        Assert.NotNull(endpoint.Identity);
        Assert.Contains(endpoint.Operations, o => o is { Name: "Echo", ReplyAction: "http://example.org/echo/Echo/EchoResponse" });
        Assert.Contains(endpoint.Operations, o => o is { Name: "Notify", ReplyAction: null });
        Assert.Contains(endpoint.Operations, o =>
            o.Faults is [{ Name: "StringFault", Action: "http://example.org/echo/Echo/FailStringFault" }]);
    }
}
