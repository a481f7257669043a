using System.Diagnostics;
using SecureConversation.Benchmarks.Flood;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// The measurements of docs/performance.md. `performance` runs each in a process of its own, keeps the numbers in docs/performance as JSON,
/// draws the plots, and writes the tables into the page. Options: --only A,B runs some of them; --page runs none, and writes the page from the
/// numbers that are there. A measurement alone keeps its numbers in artifacts/performance, or in --results FOLDER.
/// </summary>
internal static class PerformanceCommand
{
    private const string Page = "docs/performance.md";

    private static readonly string[] All = ["floor", "load", "sessions", "handshakes", "scale", "refusals", "flood", "cores", "large"];

    /// <summary>A measurement by its name; null when there is none.</summary>
    public static Func<string[], Task<int>>? Find(string name) => name switch
    {
        "floor" => options => Task.FromResult(FloorCommand.Run(options, Results(options))),
        "gate" => GateCommand.RunAsync,
        "load" => options => LoadCommand.RunAsync(options, Results(options)),
        "sessions" => options => Task.FromResult(SessionsCommand.Run(Results(options))),
        "handshakes" => options => Task.FromResult(SessionsCommand.RunHandshakes(Results(options))),
        "scale" => options => Task.FromResult(ScaleCommand.Run(options, Results(options))),
        "refusals" => options => Task.FromResult(RefusalsCommand.Run(Results(options))),
        "flood" => FloodCommand.RunAsync,
        "cores" => options => CoresCommand.RunAsync(Results(options)),
        "gateway" => options => GatewayCommand.RunAsync(options, Results(options)),
        "large" => options => Task.FromResult(LargeCommand.Run(options, Results(options))),
        "performance" => RunAllAsync,
        _ => null,
    };

    public static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : null;

    /// <summary>The folder for the numbers.</summary>
    public static string Results(string[] options) => Option(options, "--results") ?? "artifacts/performance";

    private static async Task<int> RunAllAsync(string[] options)
    {
        var page = PeerAvailability.FindSource(Page) ?? throw new FileNotFoundException("Not in a checkout.", Page);
        var folder = Path.ChangeExtension(page, null);
        var watch = Stopwatch.StartNew();
        var failed = new List<string>();
        foreach (var name in options.Contains("--page") ? [] : Option(options, "--only")?.Split(',') ?? All)
        {
            string[] million = name == "scale" && options.Contains("--million") ? ["--million"] : [];
            using var process = Process.Start(Environment.ProcessPath!, [name, "--results", folder, .. million]);
            await process.WaitForExitAsync();
            Console.WriteLine($"== {name} ended with {process.ExitCode} after {watch.Elapsed.TotalMinutes:F1} minutes");
            if (process.ExitCode != 0)
            {
                failed.Add(name);
            }
        }

        PerformancePage.Write(page, folder);
        Console.WriteLine(failed.Count == 0 ? $"Written to {page}." : $"Failed: {string.Join(", ", failed)}.");
        return failed.Count == 0 ? 0 : 1;
    }
}
