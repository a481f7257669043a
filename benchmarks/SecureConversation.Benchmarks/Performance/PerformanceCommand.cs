namespace SecureConversation.Benchmarks.Performance;

/// <summary>The measurements of docs/performance.md.</summary>
internal static class PerformanceCommand
{
    /// <summary>A measurement by its name; null when there is none.</summary>
    public static Func<string[], Task<int>>? Find(string name) => name switch
    {
        "floor" => options => Task.FromResult(FloorCommand.Run(options, Results(options))),
        _ => null,
    };

    private static string Results(string[] options) => Option(options, "--results") ?? "artifacts/performance";

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : null;
}
