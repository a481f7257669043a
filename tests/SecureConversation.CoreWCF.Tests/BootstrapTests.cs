using SecureConversation.CoreWCF.Tests.Support;
using MessageVersion = CoreWCF.Channels.MessageVersion;

namespace SecureConversation.CoreWCF.Tests;

public sealed class BootstrapTests
{
    public static TheoryData<string> Bootstraps => Bindings.Bootstraps;

    [Theory]
    [MemberData(nameof(Bootstraps))]
    public async Task SingleMessages_AreAnswered(string bootstrap)
    {
        var element = Bindings.Bootstrap(bootstrap);
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);

        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Equal("later", await client.EchoAsync("later", "EchoAsync", "EchoLater"));
    }

    [Theory]
    [MemberData(nameof(Bootstraps))]
    public async Task Sessions_AreAnswered(string bootstrap)
    {
        var element = Bindings.Session(Bindings.Bootstrap(bootstrap));
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);

        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Equal("later", await client.EchoAsync("later", "EchoAsync", "EchoLater"));
    }

    [Theory]
    [InlineData("Soap11WSAddressing10")]
    [InlineData("Soap11WSAddressingAugust2004")]
    [InlineData("Soap12WSAddressingAugust2004")]
    public async Task OtherMessageVersions_AreAnswered(string name)
    {
        var version = (MessageVersion)typeof(MessageVersion).GetProperty(name)!.GetValue(null)!;
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element, version));
        await using var client = Client.For(host, element, Binding.MessageVersion.All.Single(v => v.Name == name));

        Assert.Equal("hello", await client.EchoAsync("hello"));
    }

    [Fact]
    public async Task MessagesWithoutAddressing_AreAnswered()
    {
        var element = Bindings.Bootstrap("anonymous");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element, MessageVersion.Soap11));
        await using var client = Client.For(host, element, Binding.MessageVersion.Soap11);

        Assert.Equal("hello", await client.EchoAsync("hello"));
    }
}
