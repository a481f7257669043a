using System.Diagnostics;

namespace SecureConversation.Tool.Tests;

/// <summary>The command as a process, as people and scripts run it.</summary>
internal sealed record ToolProcess
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required string Error { get; init; }

    public static async Task<ToolProcess> RunAsync(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
                [Path.Combine(AppContext.BaseDirectory, "SecureConversation.Tool.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
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

        var result = new ToolProcess { ExitCode = process.ExitCode, Output = await output, Error = await error };
        Assert.DoesNotContain("Unhandled exception", result.Error, StringComparison.Ordinal);
        return result;
    }
}
