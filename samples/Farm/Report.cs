using Spectre.Console;

namespace Farm;

/// <summary>A table of what was claimed and what was found: coloured in a terminal, plain elsewhere.</summary>
internal sealed class Report
{
    private const int WidthOfPipes = 140;

    private readonly IAnsiConsole _console = CreateConsole();
    private readonly Table _table = new Table { Border = IsPlain ? TableBorder.Ascii : TableBorder.Rounded, ShowRowSeparators = true }
        .AddColumns("claim", "found", "holds");

    private int _claims;
    private int _broken;

    private static bool IsPlain => Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Title(string title) => _console.MarkupLineInterpolated($"[bold]{title}[/]");

    public void Claim(string claim, string found, bool holds)
    {
        _claims++;
        _broken += holds ? 0 : 1;
        _table.AddRow(new Text(claim), new Text(found), new Text(holds ? "yes" : "NO", new Style(holds ? Color.Green : Color.Red)));
    }

    public void Failure(Exception error)
    {
        _broken++;
        _console.WriteLine(error is UnexpectedException ? error.Message : error.ToString());
    }

    /// <summary>Prints the table.</summary>
    /// <returns>The exit code.</returns>
    public int Finish()
    {
        _console.Write(_table);
        _console.WriteLine(_broken == 0 ? $"All {_claims} claims hold." : $"{_broken} of {_claims} claims do not hold.");
        return _broken == 0 ? 0 : 1;
    }

    // Left to itself Spectre goes by TERM, also into a pipe.
    private static IAnsiConsole CreateConsole()
    {
        if (!IsPlain)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = WidthOfPipes;
        return console;
    }
}
