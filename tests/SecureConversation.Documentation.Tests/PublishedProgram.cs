using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SecureConversation.Documentation.Tests;

/// <summary>A program of the documentation, compiled as `dotnet new console` or `dotnet new web` would, and run in a process of its own.</summary>
internal sealed class PublishedProgram : IDisposable
{
    // What ImplicitUsings of the two SDKs import.
    private const string ConsoleUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private const string WebUsings = ConsoleUsings + """
        global using System.Net.Http.Json; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        """;

    private static int _count;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PublishedProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ended.TrySetResult();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What is wrong with the program; empty for one that compiles.</summary>
    public static IReadOnlyList<string> Errors(string source, bool isWeb) => [.. Compile(source, isWeb).GetDiagnostics()
        .Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString())];

    /// <summary>Compiles and starts the program.</summary>
    /// <param name="source">The text of the documentation.</param>
    /// <param name="isWeb">Whether it has the usings of an ASP.NET Core project.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="added">A source that packages add to the project.</param>
    public static PublishedProgram Start(string source, bool isWeb, string folder, string added = "")
    {
        // Beside the libraries that it uses.
        var name = $"Published{Interlocked.Increment(ref _count)}";
        var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        var emitted = Compile(source, isWeb, name, added).Emit(path);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        var own = Path.Combine(AppContext.BaseDirectory, typeof(PublishedProgram).Assembly.GetName().Name!);
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", own + ".runtimeconfig.json", "--depsfile", own + ".deps.json", path])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        return new PublishedProgram(new Process { StartInfo = start });
    }

    /// <summary>Everything that it has written, when it has ended.</summary>
    public async Task<string> ReadAsync()
    {
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        return Text;
    }

    /// <summary>The first line that has this text in it.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(2); DateTime.UtcNow < end && !_ended.Task.IsCompleted; await Task.Delay(20))
        {
            lock (_lines)
            {
                if (_lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }
            }
        }

        throw new InvalidOperationException($"The program wrote no line with '{text}':\n{Text}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            _lines.Add(line ?? "");
        }
    }

    private static CSharpCompilation Compile(string source, bool isWeb, string name = "Published", string added = "") => CSharpCompilation.Create(name,
        [CSharpSyntaxTree.ParseText(source), CSharpSyntaxTree.ParseText(isWeb ? WebUsings : ConsoleUsings), CSharpSyntaxTree.ParseText(added)],
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p)),
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
}
