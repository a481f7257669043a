using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A service that shuts down opens no sessions, and lets those that are open go on until it is disposed of.</summary>
public sealed class ServiceStopTests
{
    [Theory]
    [InlineData("mutualcert//session", "")]
    [InlineData("mutualcert-2007//session", "")]
    [InlineData("mutualcert//session", "2004")]
    public async Task StoppingService_RefusesHandshakesAndGoesOnWithSessions(string name, string addressing)
    {
        var version = addressing == "2004" ? MessageVersion.Soap12WSAddressingAugust2004 : MessageVersion.Default;
        using var loopback = new Loopback(Bindings.Create(name, version: version));
        using var session = await loopback.OpenAsync();
        loopback.Service.Stop();

        using var handshake = loopback.Client.StartSession(Loopback.Address);
        using var refused = Assert.IsType<ServiceResult.Respond>(await loopback.Service.ReceiveAsync(handshake.Envelope));
        Assert.Equal((ServiceResponseKind.Fault, FailureCode.ServiceStopping), (refused.Kind, refused.Code));
        var e = Assert.Throws<SecureConversationException>(() => handshake.Complete(refused.Envelope));
        Assert.Equal(SecureConversationFailure.EndpointUnavailable, e.Failure);
        Assert.Equal((true, $"{{{(addressing == "2004" ? Ns.WsaAugust2004 : Ns.Wsa10)}}}EndpointUnavailable"), (e.Fault!.IsSecured, e.Fault.Subcode));

        using var request = session.Secure(Loopback.Request(version));
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await loopback.Service.ReceiveAsync(request.Envelope));
        using var reply = dispatch.Secure(Loopback.Reply(version));
        using var verified = request.VerifyReply(reply.Envelope);
        using var cancel = session.StartCancel();
        using var cancelled = Assert.IsType<ServiceResult.Respond>(await loopback.Service.ReceiveAsync(cancel.Envelope));
        cancel.Complete(cancelled.Envelope);
        Assert.Equal(SessionCloseReason.Cancelled, dispatch.Session!.CloseReason);
    }

    [Fact]
    public async Task DisposedService_TellsItsSessions()
    {
        var closed = new List<SessionCloseReason>();
        var options = new MessageSecurityServiceOptions { SessionClosed = session => closed.Add(session.CloseReason) };
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: options);
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(MessageVersion.Default));
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await loopback.Service.ReceiveAsync(request.Envelope));
        loopback.Service.Stop();
        Assert.False(dispatch.Session!.Closed.IsCancellationRequested);
        loopback.Service.Dispose();
        Assert.True(dispatch.Session.Closed.IsCancellationRequested);
        Assert.Equal([SessionCloseReason.ServiceStopped], closed);
    }

    [Fact]
    public void ServiceWithoutSessions_MayBeStopped()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//"));
        loopback.Service.Stop();
        using var request = loopback.Client.Secure(Loopback.Request(MessageVersion.Default));
        Assert.False(request.Envelope.IsEmpty);
    }
}
