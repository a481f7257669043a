using SecureConversation.Testing;
using SecureConversation.Tests.State;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Whether the time of a refusal tells what was wrong with the message. These are measurements: they say "differs" only beyond what chance
/// explains, and the controls show that they see a difference where there is one. `timing` of the benchmarks is the long form.
/// </summary>
[Collection(nameof(TimingTests))]
[CollectionDefinition(nameof(TimingTests), DisableParallelization = true)]
public sealed class TimingTests(ITestOutputHelper output)
{
    private const int Samples = 200;
    private const int Connections = 32;
    private const double Tolerance = 0.02;
    private const int Errors = 5;

    private static readonly TimeSpan Little = TimeSpan.FromMicroseconds(200);

    /// <summary>No longer steps under load: the number of samples stays what it is, and so does the time of the tests.</summary>
    private static FailureAnswerOptions OneStep => TimingService.Unlimited with { Step = TimeSpan.FromMilliseconds(50), MaxStep = TimeSpan.FromMilliseconds(50) };

    public static TheoryData<string, string, string> Plans =>
        [.. TimingPlan.Few.Select(p => new TheoryDataRow<string, string, string>(p.Binding, $"{p.Exchange}", p.Attack))];

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task Refusal_OverSockets_TellsNothing(string binding, string exchange, string attack)
    {
        var plan = new TimingPlan(binding, Enum.Parse<TimingExchange>(exchange), attack);
        var run = await plan.MeasureWireAsync(Samples, Connections, TimingService.Unlimited);
        output.WriteLine(run.Describe());
        Assert.All(run.Pairs(), pair => Assert.False(pair.Area.Exceeds(Tolerance, Errors), $"{pair}"));
    }

    [Fact]
    public async Task Measurement_SeesTwoHundredMicroseconds()
    {
        var message = await SameTwiceAsync();
        var without = await message(_ => TimeSpan.Zero);
        Assert.False(Assert.Single(without.Pairs()).Area.Exceeds(Tolerance, Errors), without.Describe());
        var with = await message(c => c == 1 ? Little : TimeSpan.Zero);
        Assert.True(Assert.Single(with.Pairs()).Area.Exceeds(Tolerance, Errors), with.Describe());
    }

    /// <summary>The work on the messages of one session takes longer, in the middle of the engine: without the schedule that shows, with it it does not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_OfOtherLength_ShowsOnlyWithoutTheSchedule(bool isScheduled)
    {
        var store = new UnevenStore();
        await using var service = await TimingService.StartAsync(
            Roles.Bindings.Create(Attack.Session), isScheduled ? OneStep : OneStep with { Step = TimeSpan.Zero }, store);
        using var one = await RecordAsync(service);
        using var other = await RecordAsync(service);
        store.Slow = store.Last!;
        var run = new TimingRun([Broken(one, "fast"), Broken(other, "slow")]);
        await TimingPlan.MeasureWireAsync(run, service, Samples, connections: 4);
        output.WriteLine(run.Describe());
        Assert.NotEqual(isScheduled, Assert.Single(run.Pairs()).Area.Exceeds(Tolerance, Errors));
    }

    private static async Task<Func<Func<int, TimeSpan>, Task<TimingRun>>> SameTwiceAsync()
    {
        using var loopback = new Roles.Loopback(Roles.Bindings.Create(Attack.Session));
        using var messages = await TimingMessages.RecordAsync(loopback.Binding, Roles.Loopback.Address, TimingExchange.Session, TimingMessages.To(loopback.Service));
        var wire = Broken(messages, "").Next();
        return async injected =>
        {
            using var again = new Roles.Loopback(loopback.Binding);
            var run = new TimingRun([new("one", wire), new("other", wire)]) { Injected = injected };
            await run.MeasureAsync(1000, [async (message, wait) =>
            {
                var start = System.Diagnostics.Stopwatch.GetTimestamp();
                Spinning.For(wait);
                using var result = await again.Service.ReceiveAsync(message);
                return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }]);
            return run;
        };
    }

    private static Task<TimingMessages> RecordAsync(TimingService service) =>
        TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Session, m => service.PostAsync(m));

    private static TimingClass Broken(TimingMessages messages, string name) =>
        new(name, messages.SignatureClasses(m => m).Single(c => c.Name == "signature: bad MAC").Next);
}

/// <summary>Finds the state of one session more slowly than that of others: work in the middle of the engine that is longer for some messages.</summary>
internal sealed class UnevenStore : ISecuritySessionStore
{
    private static readonly TimeSpan Much = TimeSpan.FromMilliseconds(4);

    private readonly OctetStore _inner = new();

    public string? Slow { get; set; }

    public string? Last { get; private set; }

    public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        Spinning.For(id == Slow ? Much : TimeSpan.Zero);
        return _inner.FindAsync(id, cancellationToken);
    }

    public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        Last = state.Id;
        return _inner.SaveAsync(state, cancellationToken);
    }

    public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
        _inner.TryReplaceAsync(state, version, cancellationToken);

    public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => _inner.RemoveAsync(id, cancellationToken);
}
