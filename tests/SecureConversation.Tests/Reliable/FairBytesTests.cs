using SecureConversation.Engine.Quota;

namespace SecureConversation.Tests.Reliable;

/// <summary>How the memory for replies is shared.</summary>
public sealed class FairBytesTests
{
    private readonly FairBytes _room = new(1000, "setting");

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

        // Whoever would hold most himself makes room himself, by the largest share that he has.
        Assert.NotNull(_room.TryTake(Share("b"), 100, out largest));
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

    private static ByteShare Share(string name, string? network = null) => new(new(name, network));

    private string? Take(ByteShare share, long bytes) => _room.TryTake(share, bytes, out _);
}
