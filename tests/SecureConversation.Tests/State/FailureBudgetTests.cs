using System.Net;
using SecureConversation.Engine.Schedule;
using SecureConversation.Shared;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Failures are counted by source over a minute, in bounded memory.</summary>
public sealed class FailureBudgetTests
{
    private const int Budget = 4;

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Step_DoublesOnceForEachBudgetBeyondTheFirst()
    {
        var budgets = new FailureBudgets(Budget, _clock);
        var doublings = Enumerable.Range(0, 13).Select(_ => budgets.Add(FailureSource.OfContext("a")).Doublings);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3], doublings);
        Assert.Equal(0, budgets.Add(FailureSource.OfContext("b")).Doublings);
    }

    [Fact]
    public void Source_BeyondItsBudget_IsToldOncePerPeriod()
    {
        var budgets = new FailureBudgets(Budget, _clock);
        for (var period = 0; period < 3; period++)
        {
            Assert.Equal(1, Enumerable.Range(0, 5 * Budget).Count(_ => budgets.Add(FailureSource.OfContext("a")).IsFirstBeyond));
            _clock.Advance(FailureBudgets.Period);
        }
    }

    [Fact]
    public void Failures_CountForTheLastMinute()
    {
        var budgets = new FailureBudgets(Budget, _clock);
        Add(budgets, FailureSource.OfContext("a"), 100);
        _clock.Advance(FailureBudgets.Period);
        Assert.Equal(100, budgets.Get(FailureSource.OfContext("a")).Failures);
        _clock.Advance(FailureBudgets.Period / 4);
        Assert.Equal(75, budgets.Get(FailureSource.OfContext("a")).Failures);
        _clock.Advance(FailureBudgets.Period);
        Assert.Equal(0, budgets.Get(FailureSource.OfContext("a")).Failures);
        Assert.Equal(0, budgets.Count);
    }

    [Fact]
    public void FullTable_KeepsItsCountsAndGivesTheOthersOneTogether()
    {
        var budgets = new FailureBudgets(Budget, _clock, capacity: 100);
        Add(budgets, FailureSource.OfContext("victim"), 50);
        var last = Enumerable.Range(0, 10_000).Select(i => budgets.Add(FailureSource.OfWrappedKey(BitConverter.GetBytes(i)))).ToArray()[^1];
        Assert.Equal(101, budgets.Count);
        Assert.Equal(10_000 - 99, last.Failures);
        Assert.Equal(51, budgets.Add(FailureSource.OfContext("victim")).Failures);
    }

    [Fact]
    public void Overrun_DoublesTheStepAndIsNoFailure()
    {
        var budgets = new FailureBudgets(Budget, _clock);
        Assert.Equal(new Charge(0, 1, false), budgets.AddOverrun(FailureSource.OfContext("a")));
        Assert.Equal(new Charge(1, 1, false), budgets.Add(FailureSource.OfContext("a")));
        Assert.Equal(new Charge(1, 2, false), budgets.AddOverrun(FailureSource.OfContext("a")));
        _clock.Advance(1.5 * FailureBudgets.Period);
        Assert.Equal(new Charge(0, 1, false), budgets.Get(FailureSource.OfContext("a")));
    }

    /// <summary>Whoever has a site of 48 bits has 65,536 addresses that count apart.</summary>
    [Fact]
    public void Network_OfManyAddresses_HasEightBudgets()
    {
        var budgets = new FailureBudgets(Budget, _clock);
        var network = Enumerable.Range(0, 33).Select(i => budgets.Add(FailureSource.OfNetwork(IPAddress.Parse($"2001:db8:1:{i}::1"))!.Value)).ToArray();
        Assert.All(network[..32], charge => Assert.Equal(0, charge.Doublings));
        Assert.Equal(new Charge(33, 1, true), network[32]);
        Assert.Null(FailureSource.OfNetwork(IPAddress.Parse("::ffff:192.0.2.1")));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void Address_OfIPv6CountsByItsFirst64Bits(string one, string other, bool isSame) =>
        Assert.Equal(isSame, FailureSource.OfAddress(IPAddress.Parse(one)) == FailureSource.OfAddress(IPAddress.Parse(other)));

    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:0:192.0.2.1", "192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.1", "192.0.2.1")]
    [InlineData("64:ff9b:1::192.0.2.1", "64:ff9b:1::/64")]
    [InlineData("::1", "::/64")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void Address_IsNamedAsItCounts(string address, string name) => Assert.Equal(name, SenderAddress.NameOf(IPAddress.Parse(address)));

    /// <summary>All clients behind a translator are in one IPv6 network of 48 bits, and are no neighbours for that.</summary>
    [Theory]
    [InlineData("64:ff9b::192.0.2.1", "192.0.2.1")]
    [InlineData("64:ff9b::198.51.100.7", "198.51.100.7")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1::/48")]
    public void Network_OfATranslatedAddressIsThatOfIPv4(string address, string name) => Assert.Equal(name, SenderAddress.NetworkOf(IPAddress.Parse(address)));

    private static void Add(FailureBudgets budgets, FailureSource source, int failures)
    {
        for (var i = 0; i < failures; i++)
        {
            budgets.Add(source);
        }
    }
}
