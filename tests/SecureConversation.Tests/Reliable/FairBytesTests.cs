using SecureConversation.Engine.Quota;

namespace SecureConversation.Tests.Reliable;

/// <summary>How the memory for replies is shared.</summary>
public sealed class FairBytesTests
{
    private readonly FairBytes _room = new(1000, "setting");

    [Fact]
    public void OneAlone_GetsThreeQuarters()
    {
        Assert.Null(_room.TryTake(new("a"), 700));
        Assert.Null(_room.TryTake(new("a"), 50));
        Assert.Equal("setting, share of the sender", _room.TryTake(new("a"), 1));
        Assert.Null(_room.TryTake(new("b"), 150));
        Assert.Equal("setting", _room.TryTake(new("c"), 101));
        Assert.Equal(900, _room.Taken);
    }

    [Fact]
    public void ANetwork_GetsSixSevenths()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(_room.TryTake(new($"{i}", "network"), 170));
        }

        Assert.NotNull(_room.TryTake(new("5", "network"), 30));
        Assert.Null(_room.TryTake(new("5", "other"), 30));
    }

    [Fact]
    public void PiecesOfUnknownSize_CountAsTheAverage()
    {
        Assert.Null(_room.TryTake(new("a"), 300));
        Assert.Null(_room.TryTake(new("a"), 100));
        Assert.Null(_room.LimitFor(new("a"), 1, 0));
        Assert.NotNull(_room.LimitFor(new("a"), 2, 0));
        Assert.NotNull(_room.LimitFor(new("a"), 1, 351));
        _room.Release(new("a"), 300);
        Assert.Null(_room.LimitFor(new("a"), 2, 0));
        _room.Release(new("a"), 100);
        Assert.Equal(0, _room.Taken);
    }
}
