using CoreWCF.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;
using EngineElement = SecureConversation.Binding.SecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Services that negotiate what protects messages.</summary>
public sealed class NegotiationTests
{
    [Fact]
    public void Factories_MakeWhatThoseOfTheEngineMake()
    {
        foreach (var certificate in new[] { false, true })
        {
            Assert.Equal(EngineElement.CreateSslNegotiationBindingElement(certificate), Element.CreateSslNegotiationBindingElement(certificate).Settings);
            Assert.Equal(EngineElement.CreateSslNegotiationBindingElement(certificate, true), Element.CreateSslNegotiationBindingElement(certificate, true).Settings);
        }

        Assert.Equal(EngineElement.CreateUserNameForSslBindingElement(), Element.CreateUserNameForSslBindingElement().Settings);
        Assert.Equal(EngineElement.CreateUserNameForSslBindingElement(true), Element.CreateUserNameForSslBindingElement(true).Settings);
        Assert.Equal(EngineElement.CreateSspiNegotiationBindingElement(), Element.CreateSspiNegotiationBindingElement().Settings);
        Assert.Equal(EngineElement.CreateSspiNegotiationBindingElement(true), Element.CreateSspiNegotiationBindingElement(true).Settings);
        Assert.Equal(EngineElement.CreateKerberosBindingElement(), Element.CreateKerberosBindingElement().Settings);
        var token = new global::CoreWCF.Security.Tokens.IssuedSecurityTokenParameters { TokenType = "urn:saml", KeySize = 128 };
        Assert.Equal(Element.CreateIssuedTokenForSslBindingElement(token).Settings, Element.CreateIssuedTokenForSslBindingElement(token, false).Settings);
        var made = Assert.IsType<Binding.SymmetricSecurityBindingElement>(Element.CreateIssuedTokenForSslBindingElement(token, true).Settings);
        Assert.True(Assert.IsType<Binding.SslSecurityTokenParameters>(made.ProtectionTokenParameters).RequireCancellation);
        Assert.Equal("urn:saml", Assert.IsType<Binding.IssuedSecurityTokenParameters>(Assert.Single(made.EndpointSupportingTokenParameters.Endorsing)).TokenType);
    }

    /// <summary>The client is known to CoreWCF by what it showed in the negotiation, or by its user name.</summary>
    [Theory]
    [InlineData("certificate", true, "X509")]
    [InlineData("certificate", false, "X509")]
    [InlineData("username", true, "ada")]
    [InlineData("username", false, "ada")]
    public async Task Client_IsKnownToTheService(string kind, bool inSession, string expected)
    {
        var element = Create(kind, inSession, keeps: true);
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        var caller = await client.AskAsync("WhoAmI");
        Assert.StartsWith("False|", caller, StringComparison.Ordinal);
        Assert.Contains(expected == "X509" ? "CN=Test client" : expected, caller, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ContextInACookie_IsProtectedByThePlatform(bool inSession)
    {
        var element = Create("username", inSession, keeps: false);
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), services: services => services.AddDataProtection().UseEphemeralDataProtectionProvider());
        await using var client = Client.For(host, element);
        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Equal(inSession, (await client.AskAsync("WhoAmI")).Split('|')[2].Length > 0);
    }

    [Fact]
    public async Task ServiceCertificate_IsNeeded()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => EchoHost.StartAsync<IEcho>(
            Bindings.Text(Create("username", inSession: false, keeps: true)), host => host.Credentials.ServiceCertificate.Certificate = null));
        Assert.Contains("ServiceCredentials.ServiceCertificate", e.Message, StringComparison.Ordinal);
    }

    private static Element Create(string kind, bool inSession, bool keeps)
    {
        var element = kind == "certificate" ? Element.CreateSslNegotiationBindingElement(true, keeps) : Element.CreateUserNameForSslBindingElement(keeps);
        return inSession ? Element.CreateSecureConversationBindingElement(element) : element;
    }
}
