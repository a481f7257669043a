using System.Globalization;

namespace Quickstart;

/// <summary>The command line: <c>--calls N</c>, optional.</summary>
internal static class Arguments
{
    private const int DefaultCalls = 100;

    public static int ReadCalls(string[] args) => args switch
    {
        [] => DefaultCalls,
        ["--calls", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var calls) && calls > 0 => calls,
        _ => throw new UnexpectedException("The only argument is --calls N, N at least 1."),
    };
}
