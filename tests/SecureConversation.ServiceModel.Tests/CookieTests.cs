using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.ServiceModel.Tests.Support;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Sessions whose state travels in a cookie (RequireCancellation is false): none for WCF.</summary>
public sealed class CookieTests
{
    private readonly DataProtectionSecurityStateEncoder _encoder = new(new EphemeralDataProtectionProvider());

    [Theory]
    [InlineData("MutualCertificate")]
    [InlineData("UserName")]
    public async Task Channel_HasNoSessionIdAndOutlivesARestart(string bootstrap)
    {
        var before = await StartAsync(bootstrap);
        var port = before.Address.Port;
        using var factory = Clients.Factory(Clients.Binding(Cookies(bootstrap)), before.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Null(((IContextChannel)proxy).SessionId);
        Assert.Equal(0, before.OpenSessions);
        await before.DisposeAsync();

        await using var after = await StartAsync(bootstrap, port);
        Assert.Equal(7, proxy.Add(3, 4));
        ((IClientChannel)proxy).Close();

        // There is no Cancel, and the session was not opened again.
        Assert.Equal(["urn:calc/ICalculator/Add"], after.Requests.Select(r => r.Action));
        Assert.Single(after.ContentTypes);
    }

    [Fact]
    public async Task ContractThatRequiresSessions_IsRefusedByTheWordsOfWcf()
    {
        await using var service = await StartAsync("MutualCertificate");
        var factory = Clients.Factory<ISessionCalculator>(Clients.Binding(Cookies("MutualCertificate")), new EndpointAddress(service.Address));
        var e = Assert.Throws<InvalidOperationException>(() => factory.CreateChannel());
        Assert.Contains("Contract requires Session", e.Message, StringComparison.Ordinal);
        factory.Abort();
    }

    private static MessageSecurityBindingElement Cookies(string bootstrap)
    {
        var element = Bootstraps.Client(bootstrap, session: true);
        element.RequireCancellation = false;
        return element;
    }

    private Task<TestService> StartAsync(string bootstrap, int port = 0) => TestService.StartAsync(options =>
    {
        var element = (EngineBinding.SymmetricSecurityBindingElement)Bootstraps.Service(bootstrap, session: true);
        options.Binding = element with
        {
            ProtectionTokenParameters = (EngineBinding.SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters! with { RequireCancellation = false },
        };
        options.SecurityStateEncoder = _encoder;
    }, port);
}
