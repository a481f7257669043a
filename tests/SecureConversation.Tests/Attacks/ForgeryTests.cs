namespace SecureConversation.Tests.Attacks;

/// <summary>The attacker's tool changes nothing by itself: what is opened, signed and sealed again is accepted.</summary>
public sealed class ForgeryTests
{
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007/sign-first/session")]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("mutualcert//single")]
    [InlineData("anonymous//single")]
    [InlineData("username//single")]
    [InlineData("duplex//single")]
    public async Task MessageSignedAndSealedAgain_IsAccepted(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Resign();
        await scene.AcceptedAsync(forged.Seal());
    }

    [Fact]
    public async Task ReplySignedAndSealedAgain_IsAccepted()
    {
        using var scene = await Scene.OpenAsync(Attack.Single);
        using var request = scene.Request();
        using var key = Forgery.Unwrap(Forgery.Load(request.Envelope));
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Roles.Loopback.Reply(scene.Version));
        var forged = Forgery.Open(reply.Envelope, key);
        forged.Resign();
        using var verified = request.VerifyReply(forged.Seal());
    }
}
