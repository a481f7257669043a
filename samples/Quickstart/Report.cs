using System.Globalization;
using Spectre.Console;

namespace Quickstart;

/// <summary>Prints the account: coloured in a terminal, plain elsewhere. What it prints as checked was checked.</summary>
internal sealed class Report
{
    private const int WidthOfPipes = 120;
    private readonly IAnsiConsole _console = CreateConsole();
    private int _steps;
    private int _checks;

    private static bool IsPlain => Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Title(string title, string subtitle)
    {
        _console.MarkupLineInterpolated($"[bold]{title}[/]");
        _console.MarkupLineInterpolated($"[dim]{subtitle}[/]");
    }

    public void Step(string title)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold blue]{++_steps}. {title}[/]");
    }

    public void Say(string text) => _console.Write(new Padder(new Text(text), new Padding(3, 0, 0, 0)));

    /// <summary>Lines of a name and a value, the values below each other.</summary>
    public void Facts(params (string Name, string Value)[] facts)
    {
        foreach (var (name, value) in facts)
        {
            Row(new Text(name, new Style(Color.Grey)), 24, value);
        }
    }

    public void Table(string[] headers, params string[][] rows)
    {
        var table = new Table { Border = IsPlain ? TableBorder.Ascii : TableBorder.Rounded };
        for (var i = 0; i < headers.Length; i++)
        {
            var column = new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold)));
            table.AddColumn(i > 0 && rows.All(r => IsNumber(r[i])) ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        _console.Write(new Padder(table, new Padding(3, 0, 0, 0)));
    }

    /// <summary>States what has to hold, and ends the run when it does not.</summary>
    public void Check(bool holds, string claim)
    {
        if (!holds)
        {
            throw new UnexpectedException($"Does not hold: {claim}");
        }

        _checks++;
        Row(new Text("ok", new Style(Color.Green)), 3, claim);
    }

    public void Success()
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold green]Everything went as told: {_checks} checks.[/]");
    }

    public void Failure(Exception error)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold red]{(error is UnexpectedException ? error.Message : error.ToString())}[/]");
    }

    private void Row(Text name, int width, string value)
    {
        var grid = new Grid()
            .AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(3, 0, 1, 0), Width = width })
            .AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        grid.AddRow(name, new Text(value));
        _console.Write(grid);
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || char.IsAsciiDigit(cell[0]);

    // Left to itself Spectre goes by TERM, also into a pipe.
    private static IAnsiConsole CreateConsole()
    {
        if (!IsPlain)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfPipes;
        }

        return console;
    }
}
