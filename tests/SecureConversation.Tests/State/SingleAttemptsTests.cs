using System.Buffers.Binary;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;

namespace SecureConversation.Tests.State;

public sealed class SingleAttemptsTests
{
    [Fact]
    public void FailuresOfOneSender_LeaveRoomForOthers()
    {
        var attempts = new SingleAttempts(TimeProvider.System);
        var number = 0;
        for (; number < 75_000; number++)
        {
            Begin("mallory", number);
        }

        var refused = Assert.Throws<SecurityFailureException>(() => Begin("mallory", number));
        Assert.Equal(FailureCode.ServiceTooBusy, refused.Code);
        for (; number < 80_000; number++)
        {
            Begin("alice", number);
        }

        void Begin(string owner, int message)
        {
            var signature = new byte[32];
            BinaryPrimitives.WriteInt32LittleEndian(signature, message);
            attempts.Begin(signature, default, owner);
        }
    }

    [Fact]
    public void AttemptThatFailed_IsRefusedWhoeverRepeatsIt()
    {
        var attempts = new SingleAttempts(TimeProvider.System);
        attempts.Begin([1], [2], "alice");
        Assert.Equal(FailureCode.Replayed, Assert.Throws<SecurityFailureException>(() => attempts.Begin([1], default, "mallory")).Code);
        Assert.Equal(FailureCode.Replayed, Assert.Throws<SecurityFailureException>(() => attempts.Begin([3], [2], "mallory")).Code);
    }
}
