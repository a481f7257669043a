using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Decoding;

/// <summary>Counts what messages show about settings, and keeps why each was decided as it was.</summary>
internal sealed class Evidence
{
    private readonly List<Assumption> _assumptions = [];

    public IReadOnlyList<Assumption> Assumptions => _assumptions;

    /// <summary>The value that most messages show; the first one of those that as many show.</summary>
    public T Decide<T>(string setting, IEnumerable<(int Message, T Value)> seen, T otherwise, string? unseen = null)
        where T : notnull
    {
        var groups = seen.GroupBy(fact => fact.Value).OrderByDescending(group => group.Count()).ToList();
        if (groups.Count == 0)
        {
            Note(setting, otherwise.ToString()!, unseen ?? "no message shows it", isSeen: false);
            return otherwise;
        }

        var winner = groups[0];
        var all = groups.SelectMany(group => group.Select(fact => fact.Message)).Distinct().Count();
        var shown = winner.Select(fact => fact.Message).Distinct().Count();
        Note(setting, winner.Key.ToString()!, Reason(winner.First().Message, shown, all), isSeen: true);
        return winner.Key;
    }

    /// <summary>Notes a decision that was made elsewhere.</summary>
    public void Note(string setting, string value, string reason, bool isSeen)
    {
        _assumptions.RemoveAll(a => a.Setting == setting);
        _assumptions.Add(new Assumption(setting, value, reason, isSeen));
    }

    private static string Reason(int first, int count, int all) =>
        all == 1 ? $"message {first} shows it"
        : count == all ? $"{all} messages show it, the first is message {first}"
        : $"{count} of {all} messages show it, the first is message {first}";
}
