using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Decodes with a candidate, turns the setting that a failure names, and keeps the change where it makes more messages of its kind verify
/// than verified without it. What the other side refused does not count. A single message that differs is thus refused and not explained.
/// </summary>
internal sealed class BindingSearch(
    IReadOnlyList<WireMessage> messages, IReadOnlySet<WireMessage> refused, ConversationKeys keys, CancellationToken cancellation)
{
    private const int MaxTries = 200;
    private const int MaxMessages = 150;
    private const long MaxOctets = 512L * 1024 * 1024;

    private readonly List<WireMessage> _sample = [.. messages.Where(m => m.IsSecured).Take(MaxMessages)];
    private long _octets;
    private int _tries;

    /// <summary>The best candidate, with the changes in words.</summary>
    public (Candidate Best, IReadOnlyList<(string Setting, string Value, string Reason)> Changes) Improve(Candidate first)
    {
        var (best, outcomes) = (first, Try(first));
        var changes = new List<(string, string, string)>();
        for (var improved = true; improved;)
        {
            improved = false;
            foreach (var change in Mutations.For(best, outcomes ?? []))
            {
                if (++_tries > MaxTries || _octets > MaxOctets)
                {
                    return (best, changes);
                }

                cancellation.ThrowIfCancellationRequested();
                if (Try(change.Candidate) is { } tried && IsBetter(tried, outcomes))
                {
                    var gained = tried.Where(o => o.IsVerified).Select(o => o.Message.Number)
                        .Except((outcomes ?? []).Where(o => o.IsVerified).Select(o => o.Message.Number)).FirstOrDefault();
                    (best, outcomes, improved) = (change.Candidate, tried, true);
                    changes.Add((change.Setting, change.Value, $"message {gained} and those like it verify only so"));
                    break;
                }
            }
        }

        return (best, changes);
    }

    private bool IsBetter(List<Outcome> tried, List<Outcome>? before)
    {
        if (before is null)
        {
            return true;
        }

        var verified = before.Where(o => o.IsVerified).Select(o => o.Message).ToHashSet();
        var now = tried.Where(o => o.IsVerified).Select(o => o.Message).ToHashSet();
        var gained = now.Where(m => !verified.Contains(m) && !refused.Contains(m)).ToList();
        return gained.Count > verified.Count(m => !now.Contains(m))
            && gained.GroupBy(m => (m.IsHandshake, m.IsRequest))
                .Any(g => g.Count() > verified.Count(m => (m.IsHandshake, m.IsRequest) == g.Key));
    }

    private List<Outcome>? Try(Candidate candidate)
    {
        if (candidate.Build(out _) is not { } binding)
        {
            return null;
        }

        using var decoder = new ConversationDecoder(binding, keys);
        var outcomes = new List<Outcome>();
        foreach (var message in _sample)
        {
            _octets += message.Octets.Length;
            using var decoded = message.Decode(decoder);
            outcomes.Add(new Outcome(message, decoded.IsVerified, decoded.Failure, decoded.Detail));
        }

        return outcomes;
    }
}

/// <summary>What became of a message with a candidate.</summary>
internal sealed record Outcome(WireMessage Message, bool IsVerified, FailureCode Failure, string? Detail);
