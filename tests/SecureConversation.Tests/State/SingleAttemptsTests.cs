using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Replay;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>What failed is remembered, and nobody is refused for the failures of others.</summary>
public sealed class SingleAttemptsTests
{
    private const int Capacity = 1000;

    private readonly ManualTimeProvider _clock = new();
    private readonly SingleAttempts _attempts;
    private int _next;

    public SingleAttemptsTests() => _attempts = new SingleAttempts(_clock, Capacity);

    [Fact]
    public void Failure_IsRememberedForAPeriod()
    {
        _attempts.Begin([1], [2], new Owner("somebody"));
        Assert.Equal(FailureCode.Replayed, CodeOf([1], [3], new Owner("somebody")));
        Assert.Equal(FailureCode.Replayed, CodeOf([3], [2], new Owner("somebody else")));
        _clock.Advance(SingleAttempts.Period - TimeSpan.FromSeconds(1));
        Assert.Equal(FailureCode.Replayed, CodeOf([1], [], new Owner("somebody")));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FailureCode.None, CodeOf([1], [], new Owner("somebody")));
    }

    [Fact]
    public void Success_LeavesNothingBehind()
    {
        for (var i = 0; i < 3 * Capacity; i++)
        {
            _attempts.Begin([1], [2], new Owner("somebody")).Succeed();
        }
    }

    [Fact]
    public void OneSenderOfManyFailures_IsRefusedHimself()
    {
        var failures = Enumerable.Range(0, Capacity).Count(_ => Fails(new Owner("mallory")) == FailureCode.None);
        Assert.InRange(failures, (Capacity * 3 / 4) - 1, (Capacity * 3 / 4) + 1);
        Assert.Equal(FailureCode.LimitExceeded, Fails(new Owner("mallory")));
        Assert.Equal(FailureCode.None, Fails(new Owner("alice")));
    }

    [Fact]
    public void OneNetworkOfManyFailures_IsRefusedItself()
    {
        var failures = Enumerable.Range(0, 2 * Capacity).Count(i => Fails(new Owner($"{i}", "site")) == FailureCode.None);
        Assert.InRange(failures, (Capacity * 6 / 7) - 1, (Capacity * 6 / 7) + 1);
        Assert.Equal(FailureCode.None, Fails(new Owner("alice", "home")));
    }

    /// <summary>Many senders fill it together: then the oldest failures are forgotten, and no new message is refused.</summary>
    [Fact]
    public void FullMemory_RefusesNobodyWhoDidNotFail()
    {
        _attempts.Begin("oldest"u8, [], new Owner("first"));
        Assert.All(Enumerable.Range(0, 5 * Capacity), i => Assert.Equal(FailureCode.None, Fails(new Owner($"{i}"))));
        Assert.Equal(FailureCode.None, CodeOf("honest"u8, "wrapped"u8, new Owner("alice")));
        Assert.Equal(FailureCode.Replayed, CodeOf("honest"u8, [], new Owner("alice")));
        Assert.Equal(FailureCode.None, CodeOf("oldest"u8, [], new Owner("first")));
    }

    private FailureCode Fails(Owner owner) => CodeOf(BitConverter.GetBytes(_next++), [], owner);

    private FailureCode CodeOf(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> wrappedKey, Owner owner)
    {
        try
        {
            _attempts.Begin(signature, wrappedKey, owner);
            return FailureCode.None;
        }
        catch (SecurityFailureException e)
        {
            return e.Code;
        }
    }
}
