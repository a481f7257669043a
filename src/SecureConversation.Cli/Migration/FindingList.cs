namespace SecureConversation.Cli.Migration;

/// <summary>The findings, as they come.</summary>
internal sealed class FindingList
{
    /// <summary>So many findings are kept: a broken or hostile tree cannot fill the memory.</summary>
    public const int MaxFindings = 20_000;

    private readonly string _root;
    private readonly List<Finding> _all = [];

    public FindingList(string root) => _root = root;

    /// <summary>The findings, by file and line, each once.</summary>
    public IReadOnlyList<Finding> InOrder() =>
        [.. _all.Distinct().OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line ?? 0).ThenBy(f => f.Verdict)];

    /// <summary>An empty list of the same directory.</summary>
    public FindingList Apart() => new(_root);

    /// <summary>Adds the findings of another list.</summary>
    public void AddAll(FindingList other)
    {
        foreach (var finding in other._all)
        {
            Add(finding);
        }
    }

    /// <summary>Adds a finding.</summary>
    /// <param name="verdict">What becomes of it.</param>
    /// <param name="path">The file in full.</param>
    /// <param name="line">The line, from 1; null for the file.</param>
    /// <param name="subject">What was found.</param>
    /// <param name="text">What is the matter.</param>
    /// <param name="remedy">What to do.</param>
    public void Add(Verdict verdict, string path, int? line, string subject, string text, string? remedy = null)
    {
        Add(new Finding
        {
            Verdict = verdict,
            File = Relative(path),
            Line = line is > 0 ? line : null,
            Subject = Plain.Text(subject),
            Text = Plain.Text(text),
            Remedy = remedy is null ? null : Plain.Text(remedy),
        });
    }

    private void Add(Finding finding)
    {
        if (_all.Count < MaxFindings)
        {
            _all.Add(finding);
        }
        else if (_all.Count == MaxFindings)
        {
            _all.Add(new Finding
            {
                Verdict = Verdict.Unreadable,
                File = finding.File,
                Subject = "report",
                Text = $"There are more than {MaxFindings} findings; the others are not listed.",
                Remedy = "Run the command for each project.",
            });
        }
    }

    public string Relative(string path) => Plain.Text(Path.GetRelativePath(_root, path).Replace('\\', '/'));
}
