using SecureConversation.Cli.Migration;

namespace SecureConversation.Cli.Output;

/// <summary>Words of reports.</summary>
internal static class Words
{
    public static readonly Verdict[] Verdicts =
        [Verdict.NotOffered, Verdict.Unreadable, Verdict.Changes, Verdict.Note, Verdict.Works, Verdict.Stack];

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Works => "works",
        Verdict.Stack => "stack",
        Verdict.Note => "note",
        Verdict.Changes => "changes",
        Verdict.NotOffered => "not offered",
        _ => "unreadable",
    };

    public static string Explained(Verdict verdict) => verdict switch
    {
        Verdict.Works => "works with this library",
        Verdict.Stack => "needs nothing of this library",
        Verdict.Note => "has no effect, and nothing gets weaker",
        Verdict.Changes => "works after a change",
        Verdict.NotOffered => "is not offered",
        _ => "could not be read",
    };

    public static string Of(ProjectFile project)
    {
        var framework = project.Framework.Length == 0 ? "framework inherited" : project.Framework;
        var packages = project.Packages.Count == 0 ? "" : $": {string.Join(", ", project.Packages)}";
        return $"{framework}{(project.IsOldStyle ? ", form of .NET Framework" : "")}{packages}";
    }
}
