using System.Text;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Steps of the tests about certificates that travel or do not.</summary>
internal static class CertificateSteps
{
    public static MessageSecurityServiceOptions Logged() => new() { FailureAnswers = Loopback.AtOnce, LoggerFactory = RecordedLog.Current };

    /// <summary>A request that the service takes as one of the client, and its reply, which the client takes as one of the service.</summary>
    public static async Task ExchangeAsync(Loopback loop)
    {
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.True(result is ServiceResult.Dispatch, $"{(result as ServiceResult.Respond)?.Code}");
        var dispatch = (ServiceResult.Dispatch)result;
        Assert.Equal("Test client", dispatch.User.Identity!.Name);
        using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
    }
}
