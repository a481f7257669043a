using System.Collections.Concurrent;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Properties;

/// <summary>Many threads use sessions while others cancel, abort and dispose them: only the promised exceptions show.</summary>
public sealed class SessionWalkTests
{
    [Theory]
    [InlineData("mutualcert//session", 1)]
    [InlineData("mutualcert//session", 2)]
    [InlineData("mutualcert/no-derived/session", 3)]
    public async Task ConcurrentCallsAndEnds_ShowNoOtherExceptionThanPromised(string binding, int seed)
    {
        var codes = new ConcurrentBag<FailureCode>();
        using var loopback = new Loopback(Bindings.Create(binding));
        for (var round = 0; round < 6; round++)
        {
            using var session = await loopback.OpenAsync();
            var walkers = Enumerable.Range(0, 4).Select(w => Task.Run(() => WalkAsync(loopback, session, new Random((seed * 100) + (round * 10) + w), codes))).ToList();
            walkers.Add(Task.Run(() => EndAsync(loopback, session, round % 3, codes)));
            await Task.WhenAll(walkers);
        }

        Assert.DoesNotContain(FailureCode.Internal, codes);
        Assert.All(codes, c => Assert.Contains(c, new[] { FailureCode.None, FailureCode.UnknownContext, FailureCode.PeerFault, FailureCode.Replayed }));
        Assert.Contains(FailureCode.None, codes);
    }

    private static async Task WalkAsync(Loopback loopback, ClientSession session, Random random, ConcurrentBag<FailureCode> codes)
    {
        for (var i = 0; i < 25; i++)
        {
            try
            {
                using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
                using var result = await loopback.Service.ReceiveAsync(request.Envelope);
                if (random.Next(4) == 0)
                {
                    using var again = await loopback.Service.ReceiveAsync(request.Envelope);
                    codes.Add(Assert.IsType<ServiceResult.Respond>(again).Code);
                }

                if (result is ServiceResult.Dispatch dispatch)
                {
                    using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
                    using var verified = request.VerifyReply(reply.Envelope);
                    codes.Add(FailureCode.None);
                }
                else
                {
                    codes.Add(((ServiceResult.Respond)result).Code);
                    Assert.Throws<SecureConversationException>(() => request.VerifyReply(((ServiceResult.Respond)result).Envelope));
                }
            }
            catch (ObjectDisposedException) when (session.IsClosed)
            {
                return;
            }
        }
    }

    private static async Task EndAsync(Loopback loopback, ClientSession session, int how, ConcurrentBag<FailureCode> codes)
    {
        await Task.Delay(5);
        switch (how)
        {
            case 0:
                using (var cancel = session.StartCancel())
                using (var result = await loopback.Service.ReceiveAsync(cancel.Envelope))
                {
                    codes.Add(Assert.IsType<ServiceResult.Respond>(result).Code);
                }

                break;
            case 1:
                session.Dispose();
                break;
            default:
                using (var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion)))
                using (var result = await loopback.Service.ReceiveAsync(request.Envelope))
                {
                    await loopback.Service.AbortAsync(Assert.IsType<ServiceResult.Dispatch>(result).Session!);
                }

                break;
        }
    }
}
