using System.Net.Security;
using CoreWCF;
using SecureConversation.CoreWCF.Tests.Support;

namespace SecureConversation.CoreWCF.Tests;

public sealed class HeaderTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task UnsignedHeaders_ReachTheApplicationUnlessToldOtherwise(bool isSession, bool handOut)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        Assert.True(element.HandOutUnsignedHeaders);
        element.HandOutUnsignedHeaders = handOut;
        var application = new Application();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element), host => host.Authorization.ServiceAuthorizationManager = application);
        await using var client = Client.For(host, element);
        var request = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Header><h:Trace xmlns:h='urn:h'>seen</h:Trace></s:Header>"u8.ToArray()
            .Concat("<s:Body><Echo xmlns='urn:e'><text>x</text></Echo></s:Body></s:Envelope>"u8.ToArray()).ToArray();

        using var reply = await client.SendAsync(request, "urn:e/Echo");

        Assert.False(reply.IsFault);
        Assert.Equal((handOut, "urn:e/Echo"), (application.SawTrace, application.Action));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeadersOfMessageContracts_AreProtectedAsTheBodyIs(bool isSession)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        await using var host = await EchoHost.StartAsync<IHeaderEcho>(Bindings.Text(element));
        var request = ("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Header><Tenant xmlns='urn:e'>alice</Tenant></s:Header>"
            + "<s:Body><Header xmlns='urn:e'><Text>x</Text></Header></s:Body></s:Envelope>").Select(c => (byte)c).ToArray();

        await using var careless = Client.For(host, element);
        await Assert.ThrowsAsync<SecureConversationException>(() => careless.SendAsync(request, "urn:e/Header"));
        Assert.Equal(0, host.Probe.Created);

        var protection = Client.Protection
            .WithHeader(Binding.MessageDirection.ClientToService, "urn:e/Header", "Tenant", "urn:e", ProtectionLevel.EncryptAndSign)
            .WithHeader(Binding.MessageDirection.ServiceToClient, "urn:e/HeaderResponse", "Tenant", "urn:e", ProtectionLevel.EncryptAndSign);
        await using var client = Client.For(host, element, protection: protection);
        using var reply = await client.SendAsync(request, "urn:e/Header");
        Assert.Contains("Tenant", string.Join(' ', reply.Message.Protection.EncryptedParts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersOfMessageContracts_WithoutAddressing_AreProtectedAllTheSame()
    {
        var element = Bindings.Bootstrap("anonymous");
        await using var host = await EchoHost.StartAsync<IHeaderEcho>(Bindings.Text(element, global::CoreWCF.Channels.MessageVersion.Soap11));
        var request = ("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header><Tenant xmlns='urn:e'>alice</Tenant></s:Header>"
            + "<s:Body><Header xmlns='urn:e'><Text>x</Text></Header></s:Body></s:Envelope>").Select(c => (byte)c).ToArray();

        await using var careless = Client.For(host, element, Binding.MessageVersion.Soap11);
        await Assert.ThrowsAsync<SecureConversationException>(() => careless.SendAsync(request, "urn:e/Header"));
        Assert.Equal(0, host.Probe.Created);

        var protection = Client.Protection.WithHeader("Tenant", "urn:e", ProtectionLevel.EncryptAndSign);
        await using var client = Client.For(host, element, Binding.MessageVersion.Soap11, protection);
        using var reply = await client.SendAsync(request, "urn:e/Header");
        Assert.Contains("Tenant", string.Join(' ', reply.Message.Protection.EncryptedParts), StringComparison.Ordinal);
    }

    private sealed class Application : ServiceAuthorizationManager
    {
        public bool SawTrace { get; private set; }

        public string? Action { get; private set; }

        protected override ValueTask<bool> CheckAccessCoreAsync(OperationContext operationContext)
        {
            (SawTrace, Action) = (operationContext.IncomingMessageHeaders.FindHeader("Trace", "urn:h") >= 0, operationContext.IncomingMessageHeaders.Action);
            return ValueTask.FromResult(true);
        }
    }
}
