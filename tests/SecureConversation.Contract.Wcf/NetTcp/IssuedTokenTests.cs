using System.ServiceModel;
using SecureConversation.Binding;
using SecureConversation.ServiceModel;
using SecureConversation.Testing;
using CoreElement = SecureConversation.CoreWCF.MessageSecurityBindingElement;
using StackElement = SecureConversation.ServiceModel.MessageSecurityBindingElement;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Sessions over net.tcp that are opened by a token of an issuer.</summary>
public sealed class IssuedTokenTests
{
    [Theory]
    [InlineData("protection")]
    [InlineData("endorsing")]
    [InlineData("ssl")]
    public async Task Client_IsWhomTheTokenNames(string kind)
    {
        var element = SecurityBindingElement.CreateSecureConversationBindingElement(Bootstrap(kind));
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(new CoreElement(element)));
        var provider = new DirectTokenProvider(new TestTokenIssuer { Audience = "urn:talk" });
        using var client = TalkClient.Create(host, TalkClient.ClientBinding(new StackElement(element)), tokens: new() { IssuedTokenProvider = provider });
        Assert.Equal("1: hello (alice)", await client.Talk.SayAsync("hello"));
        Assert.Equal("answer to why", await client.Talk.AskBackAsync("why"));
        Assert.Single(provider.Requests);
        await client.CloseAsync();
    }

    [Fact]
    public async Task TokenForAnotherService_GetsInNowhere()
    {
        var element = SecurityBindingElement.CreateSecureConversationBindingElement(Bootstrap("endorsing"));
        await using var host = await TalkHost.StartAsync(TalkClient.ServiceBinding(new CoreElement(element)));
        var provider = new DirectTokenProvider(new TestTokenIssuer { Audience = "urn:others" });
        using var client = TalkClient.Create(host, TalkClient.ClientBinding(new StackElement(element)), tokens: new() { IssuedTokenProvider = provider });
        await Assert.ThrowsAnyAsync<CommunicationException>(() => client.Talk.SayAsync("hello"));
        Assert.Equal(0, host.Probe.Ended);
    }

    private static SymmetricSecurityBindingElement Bootstrap(string kind) => kind switch
    {
        "protection" => SecurityBindingElement.CreateIssuedTokenBindingElement(new()),
        "endorsing" => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new()),
        _ => SecurityBindingElement.CreateIssuedTokenForSslBindingElement(new(), requireCancellation: true),
    };
}
