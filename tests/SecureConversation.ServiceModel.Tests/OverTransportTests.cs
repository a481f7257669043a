using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Message credentials over TLS by the element of this library, for what the stack lacks.</summary>
public sealed class OverTransportTests
{
    public static MatrixTheoryData<string, bool, string> Settings { get; } =
        new(["UserName", "Certificate", "Certificate10"], [false, true], ["Strict", "Lax", "Cookie", "DerivedCookie"]);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Calls_AreAnswered(string credential, bool inSession, string form)
    {
        if (!inSession && form.EndsWith("Cookie", StringComparison.Ordinal))
        {
            return;
        }

        var element = Element(credential, inSession, form);
        await using var service = await StartAsync(element.Settings);
        using var factory = Clients.Factory(Clients.Binding(element, https: true), service.Address);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(7, await proxy.AddAsync(3, 4));
        Assert.All(service.Users, user => Assert.Contains(credential == "UserName" ? TestCredentials.UserName : "Test client", user, StringComparison.Ordinal));
        Assert.Equal(2, service.Users.Count);
        Assert.Equal(inSession && !form.EndsWith("Cookie", StringComparison.Ordinal), ((IContextChannel)proxy).SessionId is not null);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    /// <summary>TLS stands for the service: nothing is said about its certificate in messages.</summary>
    [Fact]
    public async Task CertificateOfTheService_IsNotNeededInMessages()
    {
        var element = Element("UserName", inSession: true, "Strict");
        await using var service = await StartAsync(element.Settings);
        using var factory = Clients.Factory(Clients.Binding(element, https: true), service.Address);
        factory.Credentials.ServiceCertificate.DefaultCertificate = null;
        Assert.Equal(3, factory.CreateChannel().Add(1, 2));
    }

    [Fact]
    public async Task AnotherUser_IsRefused()
    {
        var element = Element("UserName", inSession: false, "Strict");
        await using var service = await StartAsync(element.Settings);
        using var factory = Clients.Factory(Clients.Binding(element, https: true), service.Address);
        factory.Credentials.UserName.Password = "wrong";
        Assert.Throws<System.ServiceModel.Security.MessageSecurityException>(() => factory.CreateChannel().Add(1, 2));
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PlainHttp_IsRefusedInWordsBeforeAnythingIsSent(bool inSession)
    {
        var factory = Clients.Factory(Clients.Binding(Element("UserName", inSession, "Strict")), new Uri("http://localhost:1/x"));
        var e = Assert.Throws<InvalidOperationException>(() => factory.CreateChannel());
        Assert.Contains("AllowInsecureTransport", e.Message, StringComparison.Ordinal);
    }

    /// <summary>As behind a proxy that ends TLS; both sides say so.</summary>
    [Fact]
    public async Task PlainHttp_IsUsedWhereItIsAllowed()
    {
        var element = MessageSecurityBindingElement.CreateUserNameOverTransportBindingElement();
        element.AllowInsecureTransport = true;
        await using var service = await TestService.StartAsync(element.Settings);
        using var factory = Clients.Factory(Clients.Binding(element), service.Address);
        Assert.Equal(3, factory.CreateChannel().Add(1, 2));
    }

    [Fact]
    public void Factories_AreThoseOfTheEngine()
    {
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement(), MessageSecurityBindingElement.CreateUserNameOverTransportBindingElement().Settings);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateCertificateOverTransportBindingElement(), MessageSecurityBindingElement.CreateCertificateOverTransportBindingElement().Settings);
        var session = MessageSecurityBindingElement.CreateSecureConversationBindingElement(MessageSecurityBindingElement.CreateUserNameOverTransportBindingElement(), false);
        Assert.Equal(
            EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement(), false),
            session.Settings);
        Assert.NotNull(session.BootstrapSecurityBindingElement);
        session.CanRenewSession = false;
        session.BootstrapSecurityBindingElement.AllowInsecureTransport = true;
        var token = Assert.IsType<EngineBinding.SecureConversationSecurityTokenParameters>(Assert.Single(session.Settings.EndpointSupportingTokenParameters.Endorsing));
        Assert.False(token.CanRenewSession);
        Assert.True(token.BootstrapSecurityBindingElement!.AllowInsecureTransport);
    }

    private static Task<TestService> StartAsync(EngineBinding.SecurityBindingElement element) =>
        TestService.StartAsync(options =>
        {
            options.Binding = element;
            options.SecurityStateEncoder = new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider());
        }, https: true);

    private static MessageSecurityBindingElement Element(string credential, bool inSession, string form)
    {
        var version = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
        var element = credential switch
        {
            "UserName" => MessageSecurityBindingElement.CreateUserNameOverTransportBindingElement(),
            "Certificate" => MessageSecurityBindingElement.CreateCertificateOverTransportBindingElement(),
            _ => MessageSecurityBindingElement.CreateCertificateOverTransportBindingElement(version),
        };
        if (form == "Lax")
        {
            element.SecurityHeaderLayout = SecurityHeaderLayout.Lax;
        }

        if (!inSession)
        {
            return element;
        }

        var session = MessageSecurityBindingElement.CreateSecureConversationBindingElement(element, requireCancellation: !form.EndsWith("Cookie", StringComparison.Ordinal));
        session.SecurityHeaderLayout = element.SecurityHeaderLayout;
        session.SetKeyDerivation(form == "DerivedCookie");
        return session;
    }
}
