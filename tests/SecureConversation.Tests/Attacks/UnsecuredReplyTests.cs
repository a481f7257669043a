using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Somebody on the way answers, or takes the security off an answer.</summary>
public sealed class UnsecuredReplyTests
{
    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("mutualcert//session")]
    public async Task InjectedReply_WhereTheBindingDoesNotAllowIt_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(Loopback.Reply(scene.Version)));
        Assert.Equal(FailureCode.SecurityHeaderMissing, e.Code);
    }

    [Theory]
    [InlineData("mutualcert//single", false, FailureCode.SecurityHeaderMissing)]
    [InlineData("mutualcert//session", false, FailureCode.SecurityHeaderMissing)]
    [InlineData("mutualcert//session", true, FailureCode.None)]
    public async Task ReplyWithoutItsHeader_IsTakenOnlyWhereTheBindingSaysSo_AndNeverAsSecured(string name, bool isAllowed, FailureCode expected)
    {
        var binding = Bindings.Create(name);
        using var loopback = new Loopback(binding);
        var client = isAllowed ? new MessageSecurityClient(UnsecuredResponseTests.Unsecured(binding), Loopback.ClientCredentials) : loopback.Client;
        using var session = binding.EstablishesSession ? await OpenAsync(client, loopback.Service) : null;
        using var request = session?.Secure(Loopback.Request(binding.MessageVersion)) ?? client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion));
        var message = Forgery.Load(reply.Envelope);
        var security = message.GetElementsByTagName("Security", Forgery.Wsse)[0]!;
        security.ParentNode!.RemoveChild(security);
        var stripped = Encoding.UTF8.GetBytes(message.OuterXml);
        if (expected != FailureCode.None)
        {
            Assert.Equal(expected, Assert.Throws<SecureConversationException>(() => request.VerifyReply(stripped)).Code);
            return;
        }

        using var taken = request.VerifyReply(stripped);
        Assert.False(taken.IsSecured);

        // What was encrypted stays ciphertext.
        Assert.DoesNotContain("EchoResponse xmlns", Encoding.UTF8.GetString(taken.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert//session")]
    public async Task UnsecuredFault_StaysUnverified(string name)
    {
        using var scene = await OpenAsync(name);
        using var request = scene.Request();
        var e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(UnsecuredResponseTests.Fault(scene.Version)));
        Assert.Equal(FailureCode.PeerFault, e.Code);
        Assert.False(e.Fault!.IsSecured);
    }

    /// <summary>A fault that cannot be read as one must not pass as a reply.</summary>
    [Fact]
    public async Task UnreadableFault_IsRefused()
    {
        using var scene = await OpenAsync("mutualcert//single");
        using var request = scene.Request();
        var fault = TestEnvelope.WithAction(scene.Version, "urn:e/Fault", "<s:Fault/>");
        Assert.Contains(Assert.Throws<SecureConversationException>(() => request.VerifyReply(fault)).Code,
            new[] { FailureCode.SecurityHeaderMissing, FailureCode.PeerFault });
    }

    [Theory]
    [InlineData("<o:Security xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"/>")]
    [InlineData("<o:Security xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" s:role=\"urn:another\"/>")]
    [InlineData("<o:Security xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"><o:Unknown/></o:Security>")]
    public async Task BrokenHeader_IsRefusedAsEver(string header)
    {
        using var scene = await OpenAsync("mutualcert//single");
        using var request = scene.Request();
        var reply = TestEnvelope.Create(scene.Version, TestEnvelope.Action("urn:e/EchoResponse") + header, "<EchoResponse xmlns=\"urn:e\"/>");
        Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply));
    }

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert//session")]
    public async Task UnsecuredReplyToAnotherRequest_IsRefused(string name)
    {
        using var scene = await OpenAsync(name);
        using var request = scene.Request();
        var reply = TestEnvelope.Create(
            scene.Version, TestEnvelope.Action("urn:e/EchoResponse") + "<a:RelatesTo>urn:uuid:another</a:RelatesTo>", "<EchoResponse xmlns=\"urn:e\"/>");
        Assert.Equal(FailureCode.RelatesToMismatch, Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply)).Code);
    }

    /// <summary>The response to a handshake carries the key, the response to a cancellation ends the session: neither is taken unsecured.</summary>
    [Fact]
    public async Task UnsecuredResponses_OfHandshakesAndCancellations_AreRefused()
    {
        using var loopback = new Loopback(UnsecuredResponseTests.Unsecured(Bindings.Create("mutualcert//session")));
        using var session = await loopback.OpenAsync();
        var version = loopback.Binding.MessageVersion;
        using var opening = loopback.Client.StartSession(Loopback.Address);
        Assert.Equal(FailureCode.SecurityHeaderMissing, Assert.Throws<SecureConversationException>(() => opening.Complete(
            Loopback.Reply(version, action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/SCT"))).Code);
        using var renewal = session.StartRenewal();
        Assert.Equal(FailureCode.SecurityHeaderMissing, Assert.Throws<SecureConversationException>(() => renewal.Complete(
            Loopback.Reply(version, action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/SCT-Renew"))).Code);
        using var cancel = session.StartCancel();
        Assert.Equal(FailureCode.SecurityHeaderMissing, Assert.Throws<SecureConversationException>(() => cancel.Complete(
            Loopback.Reply(version, action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/SCT-Cancel"))).Code);
    }

    private static Task<Scene> OpenAsync(string name) => Scene.OpenAsync(UnsecuredResponseTests.Unsecured(Bindings.Create(name)));

    private static async Task<ClientSession> OpenAsync(MessageSecurityClient client, MessageSecurityService service)
    {
        using var handshake = client.StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(handshake.Envelope);
        return handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }
}
