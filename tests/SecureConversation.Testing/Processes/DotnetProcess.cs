using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SecureConversation.Testing.Processes;

/// <summary>A program of the solution as a process of its own.</summary>
public sealed class DotnetProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _lines = new(0);

    private DotnetProcess(Process process) => _process = process;

    /// <summary>All that it wrote to its output, without its errors.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    public string Everything => string.Join('\n', _output.Concat(_errors));

    /// <param name="program">The .dll.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="home">The home of its user.</param>
    /// <param name="arguments">Its arguments.</param>
    public static DotnetProcess Start(string program, string directory, HomeDirectory home, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = home.Path;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment.Remove("ASPNETCORE_URLS");
        var process = new DotnetProcess(new Process { StartInfo = start });
        process.Begin();
        return process;
    }

    /// <summary>Waits for a line of its output.</summary>
    /// <exception cref="InvalidOperationException">It ended, or time is over; the message has all that it wrote.</exception>
    public async Task<Match> WaitForAsync(string pattern)
    {
        using var time = new CancellationTokenSource(Patience);
        var waiting = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(10));
        while (true)
        {
            if (_output.Select(line => waiting.Match(line)).FirstOrDefault(match => match.Success) is { } found)
            {
                return found;
            }

            if (_process.HasExited || time.IsCancellationRequested)
            {
                throw new InvalidOperationException($"No line '{pattern}':\n{Everything}");
            }

            await _lines.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var time = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(time.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _lines.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Add(ConcurrentQueue<string> to, string? line)
    {
        if (line is not null)
        {
            to.Enqueue(line);
            _lines.Release();
        }
    }
}
