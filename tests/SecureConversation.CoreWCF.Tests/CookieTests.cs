using CoreWCF.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Sessions whose state travels in a cookie (RequireCancellation is false).</summary>
public sealed class CookieTests
{
    private readonly EphemeralDataProtectionProvider _keys = new();

    [Theory]
    [InlineData("mutual")]
    [InlineData("username")]
    public async Task Session_IsNoneForTheServiceAndHasItsIdentity(string bootstrap)
    {
        var element = Cookies(Bindings.Bootstrap(bootstrap));
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), services: Protect);
        await using var client = Client.For(host, element);

        // One call, one instance.
        Assert.Equal(["1", "1"], [await client.AskAsync("Count"), await client.AskAsync("Count")]);
        Assert.Equal(2, host.Probe.Created);
    }

    [Fact]
    public async Task Session_OutlivesARestart()
    {
        var element = Cookies();
        await using var before = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), services: Protect);
        await using var client = Client.For(before, element);
        Assert.Equal("1", await client.AskAsync("Count"));
        var port = before.Address.Port;
        await before.DisposeAsync();

        await using var after = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), port: port, services: Protect);
        Assert.Equal("1", await client.AskAsync("Count"));
        Assert.Equal(1, after.Probe.Created);
    }

    [Fact]
    public async Task ContractThatRequiresSessions_IsRefusedInWords()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var e = await Assert.ThrowsAnyAsync<Exception>(() => EchoHost.StartAsync<ISessionEcho>(Bindings.Text(Cookies()), services: Protect));
        Assert.Contains("SessionMode.Required, but the sessions of its binding travel in cookies", $"{e}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContractThatAllowsNoSessions_IsTaken()
    {
        var element = Cookies();
        await using var host = await EchoHost.StartAsync<ISinglesEcho>(Bindings.Text(element), services: Protect);
        await using var client = Client.For(host, element);
        Assert.Equal("1", await client.AskAsync("Count"));
    }

    [Fact]
    public async Task EncoderOfCoreWcf_IsRefusedInWords()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var e = await Assert.ThrowsAnyAsync<Exception>(() => EchoHost.StartAsync<IEcho>(
            Bindings.Text(Cookies()), host => host.Credentials.SecureConversationAuthentication.SecurityStateEncoder = new OwnEncoder(), services: Protect));
        Assert.Contains("ISecurityStateEncoder", $"{e}", StringComparison.Ordinal);
    }

    private static MessageSecurityBindingElement Cookies(MessageSecurityBindingElement? bootstrap = null)
    {
        var element = Bindings.Session(bootstrap);
        element.RequireCancellation = false;
        return element;
    }

    private void Protect(IServiceCollection services) => services.AddSingleton<IDataProtectionProvider>(_keys);

    private sealed class OwnEncoder : SecurityStateEncoder
    {
        protected override byte[] DecodeSecurityState(byte[] data) => data;

        protected override byte[] EncodeSecurityState(byte[] data) => data;
    }
}
