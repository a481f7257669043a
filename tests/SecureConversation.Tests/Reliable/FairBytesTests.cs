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
        var (large, small) = (Piece(share, 300), Piece(share, 100));
        Assert.Null(_room.LimitFor(share, 1, 0));
        Assert.NotNull(_room.LimitFor(share, 2, 0));
        Assert.NotNull(_room.LimitFor(share, 1, 351));
        _room.Release(large);
        Assert.Null(_room.LimitFor(share, 2, 0));
        _room.Release(small);
        Assert.Equal(0, _room.Taken);
    }

    [Fact]
    public void WhoHoldsMost_MakesRoom()
    {
        var (a, small, large) = (Share("a"), Share("b"), Share("b"));
        Assert.Null(Take(large, 450));
        Assert.Null(Take(small, 200));
        Assert.Null(Take(a, 100));
        Assert.NotNull(_room.TryTake(Share("c"), 300, out _, out var largest));
        Assert.Same(large, largest);

        // Whoever would hold most himself makes room himself.
        var asking = Share("b");
        Assert.NotNull(_room.TryTake(asking, 100, out _, out largest));
        Assert.Same(asking, largest);
        _clock.Advance(FairBytes.Patience);
        Assert.NotNull(_room.TryTake(asking, 100, out _, out largest));
        Assert.Same(large, largest);
        Assert.NotNull(_room.TryTake(a, 700, out _, out largest));
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
        Assert.NotNull(_room.TryTake(Share("newcomer", "crowd"), 120, out _, out var largest));
        Assert.Contains(largest, names);
        Assert.NotNull(_room.TryTake(Share("at home", "home"), 150, out _, out largest));
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
        var piece = Piece(share, 500);
        Assert.True(_room.Holds(share));
        _room.End(share);
        Assert.False(_room.Holds(share));
        Assert.Equal(0, _room.Taken);
        _room.Release(piece);
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
        Assert.NotNull(_room.TryTake(honest, 200, out _, out var ended));
        Assert.Contains(ended, hoarders);
        Assert.NotNull(_room.TryTake(Share("unknown"), 200, out _, out ended));
        Assert.Contains(ended, hoarders);
    }

    /// <summary>Nor does a new session of the same address, which holds nothing, end one that acknowledges.</summary>
    [Fact]
    public void WhoAcknowledgesInTime_IsEndedForNobodyOfTheSameOwner()
    {
        var (honest, newcomer) = (Share("unknown"), Share("unknown"));
        var first = Piece(honest, 300);
        for (var i = 0; i < 5; i++)
        {
            var next = Piece(honest, 300);
            _clock.Advance(FairBytes.Patience / 2);
            _room.Release(first);
            first = next;
            Assert.NotNull(_room.LimitFor(newcomer, 1, 600));
            Assert.NotNull(_room.TryTake(newcomer, 600, out _, out var ended));
            Assert.Same(newcomer, ended);
        }

        // What is new does not hide what is old, of the same size or not.
        _room.Release(Piece(honest, 300));
        Assert.Null(Take(honest, 10));
        _clock.Advance(FairBytes.Patience / 2);
        Assert.Null(_room.LimitFor(newcomer, 1, 600));
        Assert.NotNull(_room.TryTake(newcomer, 600, out _, out var overdue));
        Assert.Same(honest, overdue);
    }

    /// <summary>Who hoards pieces that are young ends nobody who pauses: it would not be enough, or he holds little.</summary>
    [Fact]
    public void WhoPauses_IsEndedForNoHoarder()
    {
        var pausing = Enumerable.Range(0, 3).Select(_ => Share("unknown")).ToList();
        Assert.All(pausing, p => Assert.Null(Take(p, 20)));
        _clock.Advance(FairBytes.Patience);
        var hoarder = Share("unknown");
        Assert.Null(Take(hoarder, 680));
        var asking = Share("unknown");
        foreach (var bytes in new[] { 20, 60, 61, 200 })
        {
            Assert.NotNull(_room.LimitFor(asking, 1, bytes));
            Assert.NotNull(_room.TryTake(asking, bytes, out _, out var ended));
            Assert.Same(asking, ended);
        }

        // Once it is overdue itself, the hoarder makes room, though others pause for longer.
        _clock.Advance(FairBytes.Patience);
        Assert.NotNull(_room.TryTake(asking, 200, out _, out var overdue));
        Assert.Same(hoarder, overdue);
    }

    /// <summary>Nobody ends where all that are overdue would not make the room.</summary>
    [Fact]
    public void AShareThatMakesTooLittleRoom_IsNotEnded()
    {
        var (overdue, fresh) = (Share("unknown"), Share("unknown"));
        Assert.Null(Take(overdue, 300));
        _clock.Advance(FairBytes.Patience);
        Assert.Null(Take(fresh, 400));
        var asking = Share("unknown");
        Assert.NotNull(_room.LimitFor(asking, 1, 360));
        Assert.NotNull(_room.TryTake(asking, 360, out _, out var ended));
        Assert.Same(asking, ended);
        Assert.Null(_room.LimitFor(asking, 1, 340));
        Assert.NotNull(_room.TryTake(asking, 340, out _, out ended));
        Assert.Same(overdue, ended);
    }

    private static ByteShare Share(string name, string? network = null) => new(new(name, network));

    private string? Take(ByteShare share, long bytes) => _room.TryTake(share, bytes, out _, out _);

    private BytePiece Piece(ByteShare share, long bytes)
    {
        Assert.Null(_room.TryTake(share, bytes, out var piece, out _));
        return piece!;
    }
}
