using System.Globalization;

namespace Quickstart;

/// <summary>The command line: <c>--calls N</c> and <c>--capture DIRECTORY</c>, both optional.</summary>
internal sealed record Arguments(int Calls, string? Capture)
{
    private const int DefaultCalls = 100;

    public static Arguments Read(string[] args)
    {
        var read = new Arguments(DefaultCalls, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            read = (args[i], args.ElementAtOrDefault(i + 1)) switch
            {
                ("--calls", var text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var calls) && calls > 0 =>
                    read with { Calls = calls },
                ("--capture", { Length: > 0 } directory) => read with { Capture = directory },
                _ => throw new UnexpectedException("The arguments are --calls N, N at least 1, and --capture DIRECTORY."),
            };
        }

        return read;
    }
}
