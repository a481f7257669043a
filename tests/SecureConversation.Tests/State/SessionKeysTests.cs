using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Requirements;
using SecureConversation.Tests.Roles;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>The keys of a session and their transitions, without messages.</summary>
public sealed class SessionKeysTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Rollover = TimeSpan.FromMinutes(5);

    private readonly ManualTimeProvider _clock = new();
    private readonly List<SessionKey> _made = [];

    public void Dispose() => _made.ForEach(key => key.Retire());

    /// <summary>What was done, one letter for each step, and what the keys are then. Small letters are keys; + issues, space uses one.</summary>
    [Theory]
    [InlineData("", "a", "", "")]
    [InlineData("+b", "a", "", "b")]
    [InlineData("+b +c +d", "a", "", "bcd")]
    [InlineData("+b b", "b", "a", "")]
    [InlineData("+b a", "a", "", "b")]
    [InlineData("+b b a", "b", "a", "")]
    [InlineData("+b b b", "b", "a", "")]
    [InlineData("+b +c c", "c", "a", "")]
    [InlineData("+b +c b", "b", "a", "")]
    [InlineData("+b +c b c", "b", "a", "")]
    [InlineData("+b b +c", "b", "a", "c")]
    [InlineData("+b b +c c", "c", "b", "")]
    [InlineData("+b b +c c a", "c", "b", "")]
    [InlineData("+b +c +d +e +f", "a", "", "bcdef")]
    [InlineData("+b +c +d +e +f +g", "a", "", "bcdef")]
    [InlineData("+b +c +d +e +f +g g", "a", "", "bcdef")]
    [InlineData("+b +c +d +e +f +g f +g", "f", "a", "g")]
    public void Keys_AfterSteps_AreThose(string steps, string current, string previous, string pending)
    {
        var keys = new SessionKeys { Current = Key("a") };
        var version = keys.Version;
        foreach (var step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = step[0] == '+' ? keys.Renewed(Key(step[1..]), _clock.UtcNow) : keys.Used(NameOf(step), _clock.UtcNow, Rollover);
            version += next is null || ReferenceEquals(next, keys) ? 0 : 1;
            keys = next ?? keys;
        }

        Assert.Equal((current, previous, pending), (Letter(keys.Current), Letter(keys.Previous), string.Concat(keys.Pending.Select(Letter))));
        Assert.Equal(version, keys.Version);
    }

    [Fact]
    public void PreviousKey_IsFoundUntilTheRolloverIsOver()
    {
        var keys = new SessionKeys { Current = Key("a") }.Renewed(Key("b"), _clock.UtcNow)!;
        Assert.Equal("a", Letter(keys.Find(null, _clock.UtcNow)));
        keys = keys.Used(NameOf("b"), _clock.UtcNow, Rollover);
        _clock.Advance(Rollover - TimeSpan.FromTicks(1));
        Assert.Equal("a", Letter(keys.Find(null, _clock.UtcNow)));
        Assert.Same(keys, keys.WithoutOutdated(_clock.UtcNow));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(keys.Find(null, _clock.UtcNow));
        Assert.Null(keys.WithoutOutdated(_clock.UtcNow).Previous);
        Assert.Equal(keys.Version, keys.WithoutOutdated(_clock.UtcNow).Version);
        Assert.Null(keys.Find("urn:uuid:other", _clock.UtcNow));
    }

    [Fact]
    public void Replies_AreUnderTheCurrentKeyUnlessTheRequestIsUnderAPendingOne()
    {
        var keys = new SessionKeys { Current = Key("a") }.Renewed(Key("b"), _clock.UtcNow)!;
        Assert.Equal("a", Letter(keys.ForReply(null)));
        Assert.Equal("b", Letter(keys.ForReply(NameOf("b"))));
        keys = keys.Used(NameOf("b"), _clock.UtcNow, Rollover);
        Assert.Equal("b", Letter(keys.ForReply(null)));
    }

    [Fact]
    public void PendingKeys_ThatExpired_MakeRoom()
    {
        var keys = new SessionKeys { Current = Key("a") };
        foreach (var name in new[] { "b", "c", "d", "e", "f" })
        {
            keys = keys.Renewed(Key(name), _clock.UtcNow)!;
        }

        Assert.Null(keys.Renewed(Key("g"), _clock.UtcNow));
        _clock.Advance(Life);
        Assert.Equal("g", string.Concat(keys.Renewed(Key("g"), _clock.UtcNow)!.Pending.Select(Letter)));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(long.MaxValue, "a")]
    public void Rollover_OfAnyLength_IsTaken(long ticks, string previous)
    {
        var keys = new SessionKeys { Current = Key("a") }.Renewed(Key("b"), _clock.UtcNow)!.Used(NameOf("b"), _clock.UtcNow, TimeSpan.FromTicks(ticks));
        Assert.Equal(previous, Letter(keys.Find(null, _clock.UtcNow)));
    }

    [Fact]
    public void Key_ThatRetires_IsZeroedWhenTheLastExchangeLeaves()
    {
        var key = Key("a");
        Assert.True(key.TryEnter());
        key.Retire();
        key.Retire();
        key.Context.Key.CopyTo(new byte[32]);
        Assert.True(key.TryEnter());
        key.Leave();
        key.Leave();
        Assert.Throws<ObjectDisposedException>(() => key.Context.Key.CopyTo(new byte[32]));
        Assert.False(key.TryEnter());
    }

    /// <summary>
    /// A random walk of renewals, uses and time against a model that is a list of names: what the model says of each key at each step is
    /// what the snapshot says.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Walk_AgreesWithAModel(int seed)
    {
        var random = new Random(seed);
        var keys = new SessionKeys { Current = Key("a") };
        var (current, previous, until) = ("a", "", DateTimeOffset.MinValue);
        var pending = new List<(string Name, DateTimeOffset Expires)>();
        var names = new List<string> { "a" };
        for (var i = 0; i < 2000; i++)
        {
            var now = _clock.UtcNow;
            switch (random.Next(4))
            {
                case 0:
                    var name = $"k{i}";
                    names.Add(name);
                    pending.RemoveAll(p => p.Expires <= now);
                    var isRoom = pending.Count < 5;
                    var renewed = keys.Renewed(Key(name), now);
                    Assert.Equal(isRoom, renewed is not null);
                    keys = renewed ?? keys;
                    if (isRoom)
                    {
                        pending.Add((name, now + Life));
                    }

                    break;
                case 1 or 2:
                    var used = names[random.Next(Math.Max(0, names.Count - 8), names.Count)];
                    keys = keys.Used(NameOf(used), now, Rollover);
                    if (pending.Exists(p => p.Name == used))
                    {
                        (previous, until, current) = (current, now + Rollover, used);
                        pending.Clear();
                    }

                    break;
                default:
                    _clock.Advance(TimeSpan.FromSeconds(random.Next(600)));
                    keys = random.Next(2) == 0 ? keys : keys.WithoutOutdated(_clock.UtcNow);
                    break;
            }

            now = _clock.UtcNow;
            Assert.Equal(current, Letter(keys.Current));
            foreach (var one in names.TakeLast(10))
            {
                var isAccepted = one == current || (one == previous && now < until) || pending.Exists(p => p.Name == one);
                Assert.Equal(isAccepted, keys.Find(NameOf(one), now) is not null);
            }

            Assert.Equal(pending.Select(p => p.Name), keys.Pending.Select(Letter));
        }
    }

    private static string? NameOf(string letter) => letter == "a" ? null : $"urn:{letter}";

    private static string Letter(SessionKey? key) => key is null ? "" : key.Instance is null ? "a" : key.Instance["urn:".Length..];

    private SessionKey Key(string letter)
    {
        var context = new SecurityContextKey("urn:uuid:1", NameOf(letter), SymmetricKey.Random(32));
        var binding = new EndpointMessages(Bindings.Create("mutualcert/no-derived/session"));
        var key = new SessionKey(context, SessionSendKeys.Create(context, binding.Application.ForHandshake(MessageRole.Reply), RandomSource.System), _clock.UtcNow + Life);
        _made.Add(key);
        return key;
    }
}
