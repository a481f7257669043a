using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>A message counts once, a reply answers one request, and a message that failed changes nothing.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("username//single")]
    public async Task Request_Twice_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    [Fact]
    public async Task Request_TwiceAtOnce_IsAcceptedOnce()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => scene.ReceiveAsync(request.Envelope))));
        Assert.Single(results.OfType<ServiceResult.Dispatch>());
        Assert.All(results, r => r.Dispose());
    }

    [Fact]
    public async Task HandshakeRequest_Twice_OpensOneSession()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var request = loopback.Client.StartSession(Loopback.Address);
        using var first = await loopback.Service.ReceiveAsync(request.Envelope);
        using var second = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);
        Assert.Equal(1, loopback.Service.SessionCount);
    }

    [Fact]
    public async Task Reply_ToAnotherRequest_IsRefused()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var first = scene.Request();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(first.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => second.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.RelatesToMismatch, refused.Code);
    }

    [Fact]
    public async Task Reply_UnderTheKeyOfAnotherSession_IsRefused()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var first = scene.Request();
        using var other = await scene.OpenSessionAsync();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(second.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => first.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.UnknownContext, refused.Code);
    }

    [Fact]
    public async Task Reply_UnderTheKeyOfAnotherRequest_IsRefused()
    {
        using var scene = await Scene.OpenAsync(Attack.Single);
        using var first = scene.Request();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(second.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => first.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.WrongToken, refused.Code);
    }

    [Fact]
    public async Task ReplyWithoutRelation_ASecondTime_IsRefused()
    {
        var version = MessageVersion.All.First(v => v.Addressing == AddressingVersion.None);
        using var loopback = new Loopback(Bindings.Create("duplex//single", version: version));
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(version));
        using var verified = request.VerifyReply(reply.Envelope);
        using var later = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        var refused = Assert.Throws<SecureConversationException>(() => later.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.Replayed, refused.Code);
    }

    [Fact]
    public async Task UnsecuredFault_FailsTheCallAndLeavesTheSession()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(System.Text.Encoding.UTF8.GetBytes(Scene.UniformFault)));
        Assert.False(refused.Fault!.IsSecured);
        Assert.False(scene.Session!.IsClosed);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    [Theory]
    [InlineData(-11, FailureCode.Expired)]
    [InlineData(6, FailureCode.NotYetValid)]
    public async Task Message_OutsideTheWindow_IsRefused(int minutes, FailureCode code)
    {
        // The clock of validation must lie within the certificates.
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var scene = await Scene.OpenAsync(Attack.Single, clock);
        clock.UtcNow += TimeSpan.FromMinutes(minutes < 0 ? 0 : minutes);
        using var request = scene.Request();
        clock.UtcNow += TimeSpan.FromMinutes(-minutes);
        await scene.RefusedAsync(request.Envelope, code);
    }
}
