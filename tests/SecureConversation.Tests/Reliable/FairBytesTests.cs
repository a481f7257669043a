using SecureConversation.Engine.Quota;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Reliable;

/// <summary>How the memory for replies is shared.</summary>
public sealed class FairBytesTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FairBytes _room;

    public FairBytesTests() => _room = new(1000, "setting", _clock);

    [Fact]
    public void OneAlone_GetsThreeQuarters()
    {
        var (a, b) = (Share("a"), Share("b"));
        Assert.Null(Take(a, 700));
        Assert.Null(Take(a, 50));
        Assert.Equal("setting, share of the sender", Take(a, 1));
        Assert.Null(Take(b, 150));
        Assert.Equal("setting", Take(Share("c"), 101));
        Assert.Equal(900, _room.Taken);
    }

    [Fact]
    public void ANetwork_GetsSixSevenths()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(Take(Share($"{i}", "network"), 170));
        }

        Assert.NotNull(Take(Share("5", "network"), 30));
        Assert.Null(Take(Share("5", "other"), 30));
    }

    [Fact]
    public void PiecesOfUnknownSize_CountAsTheAverage()
    {
        var share = Share("a");
        Assert.Null(Take(share, 300));
        Assert.Null(Take(share, 100));
        Assert.Null(_room.LimitFor(share, 1, 0));
        Assert.NotNull(_room.LimitFor(share, 2, 0));
        Assert.NotNull(_room.LimitFor(share, 1, 351));
        _room.Release(share, 300);
        Assert.Null(_room.LimitFor(share, 2, 0));
        _room.Release(share, 100);
        Assert.Equal(0, _room.Taken);
    }

    [Fact]
    public void WhoHoldsMost_MakesRoom()
    {
        var (a, small, large) = (Share("a"), Share("b"), Share("b"));
        Assert.Null(Take(large, 450));
        Assert.Null(Take(small, 200));
        Assert.Null(Take(a, 100));
        Assert.NotNull(_room.TryTake(Share("c"), 300, out var largest));
        Assert.Same(large, largest);

        // Whoever would hold most himself makes room himself.
        var asking = Share("b");
        Assert.NotNull(_room.TryTake(asking, 100, out largest));
        Assert.Same(asking, largest);
        _clock.Advance(FairBytes.Patience);
        Assert.NotNull(_room.TryTake(asking, 100, out largest));
        Assert.Same(large, largest);
        Assert.NotNull(_room.TryTake(a, 700, out largest));
        Assert.Same(a, largest);
        Assert.Equal(750, _room.Taken);
    }

    [Fact]
    public void ManyNamesOfOneNetwork_EndNobodyOutsideIt()
    {
        var honest = Share("honest", "home");
        Assert.Null(Take(honest, 200));
        var names = Enumerable.Range(0, 4).Select(i => Share($"{i}", "crowd")).ToList();
        Assert.All(names, n => Assert.Null(Take(n, 150)));
        Assert.NotNull(_room.TryTake(Share("newcomer", "crowd"), 120, out var largest));
        Assert.Contains(largest, names);
        Assert.NotNull(_room.TryTake(Share("at home", "home"), 150, out largest));
        Assert.Same(honest, largest);
    }

    [Fact]
    public void AskingForRoom_MeetsNoLimitWhileOthersHoldMore()
    {
        var (greedy, other) = (Share("greedy"), Share("other"));
        Assert.Null(Take(greedy, 750));
        Assert.Null(_room.LimitFor(other, 1, 300));
        Assert.NotNull(_room.LimitFor(greedy, 1, 0));
        Assert.NotNull(_room.LimitFor(other, 1, 800));
    }

    [Fact]
    public void AShareThatIsOver_HoldsNothing()
    {
        var share = Share("a");
        Assert.Null(Take(share, 500));
        _room.End(share);
        Assert.Equal(0, _room.Taken);
        _room.Release(share, 500);
        Assert.Null(Take(share, 900));
        Assert.Equal(0, _room.Taken);
    }

    /// <summary>Strangers behind one address are one owner.</summary>
    [Fact]
    public void ManySmallPiecesThatNobodyAcknowledges_GoBeforeALargeOneOnItsWay()
    {
        var hoarders = Enumerable.Range(0, 5).Select(_ => Share("unknown")).ToList();
        Assert.All(hoarders, h => Assert.Null(Take(h, 100)));
        _clock.Advance(FairBytes.Patience);
        var honest = Share("unknown");
        Assert.Null(Take(honest, 240));
        Assert.Null(_room.LimitFor(honest, 1, 240));
        Assert.NotNull(_room.TryTake(honest, 200, out var ended));
        Assert.Contains(ended, hoarders);
        Assert.NotNull(_room.TryTake(Share("unknown"), 200, out ended));
        Assert.Contains(ended, hoarders);
    }

    /// <summary>Nor does a new session of the same address, which holds nothing, end one that acknowledges.</summary>
    [Fact]
    public void WhoAcknowledgesInTime_IsEndedForNobodyOfTheSameOwner()
    {
        var (honest, newcomer) = (Share("unknown"), Share("unknown"));
        Assert.Null(Take(honest, 300));
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(Take(honest, 300));
            _clock.Advance(FairBytes.Patience / 2);
            _room.Release(honest, 300);
            Assert.NotNull(_room.LimitFor(newcomer, 1, 600));
            Assert.NotNull(_room.TryTake(newcomer, 600, out var ended));
            Assert.Same(newcomer, ended);
        }

        // What is new does not hide what is old.
        _clock.Advance(FairBytes.Patience);
        Assert.Null(Take(honest, 10));
        Assert.NotNull(_room.TryTake(newcomer, 600, out var overdue));
        Assert.Same(honest, overdue);
    }

    private static ByteShare Share(string name, string? network = null) => new(new(name, network));

    private string? Take(ByteShare share, long bytes) => _room.TryTake(share, bytes, out _);
}
