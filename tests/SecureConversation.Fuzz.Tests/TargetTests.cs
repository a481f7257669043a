namespace SecureConversation.Fuzz.Tests;

/// <summary>
/// The fuzz targets without a fuzzer: every input that is kept, and a fixed number of mutations that are the same in every run. A fuzzer
/// that looks at coverage runs for hours elsewhere; what it finds becomes a file of the corpus.
/// </summary>
public sealed class TargetTests
{
    private const int Seed = 20260101;
    private const int MaxReported = 5;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Corpus_HoldsTheRules(string target)
    {
        var fuzzed = FuzzTarget.Find(target);
        var inputs = Corpus.Load(fuzzed).ToList();
        Assert.NotEmpty(inputs);
        RequireNone(inputs.Select(i => Finding(fuzzed, i.Content, i.Name)));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutations_HoldTheRules(string target)
    {
        var fuzzed = FuzzTarget.Find(target);
        var mutation = new Mutation(Seed, [.. Corpus.Load(fuzzed).Select(i => i.Content)], Mutation.Dictionary);
        RequireNone(Enumerable.Range(0, fuzzed.BoundedRuns).Select(i => Finding(fuzzed, mutation.Next(), $"mutation {i}")));
    }

    /// <summary>Without this a target whose seeds are all refused at the door would look as if all were well.</summary>
    [Theory]
    [InlineData("service", 16)]
    [InlineData("client", 12)]
    public void Seeds_GetPastTheSignature(string target, int least)
    {
        var fuzzed = FuzzTarget.Find(target);
        Assert.InRange(Corpus.Load(fuzzed).Count(i => fuzzed.Outcome(i.Content) == nameof(FailureCode.None)), least, int.MaxValue);
    }

    /// <summary>Fails with the first findings in full: their inputs are what to begin with.</summary>
    private static void RequireNone(IEnumerable<string?> findings)
    {
        var first = findings.OfType<string>().Take(MaxReported).ToList();
        Assert.True(first.Count == 0, string.Join(Environment.NewLine, first));
    }

    private static string? Finding(FuzzTarget target, byte[] input, string name)
    {
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception e)
        {
            return $"{name}: {e}{Environment.NewLine}{Convert.ToBase64String(input)}";
        }
    }
}
