using System.Diagnostics;

namespace SecureConversation.Cli.Tests;

/// <summary>The command as a process, as people and scripts run it.</summary>
internal sealed record CliProcess
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required string Error { get; init; }

    public static Task<CliProcess> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    public static async Task<CliProcess> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
                [Path.Combine(AppContext.BaseDirectory, "SecureConversation.Cli.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        Assert.True(process.Start());
        using var limit = new CancellationTokenSource(Longest);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var result = new CliProcess { ExitCode = process.ExitCode, Output = await output, Error = await error };
        Assert.DoesNotContain("Unhandled exception", result.Error, StringComparison.Ordinal);
        return result;
    }
}
