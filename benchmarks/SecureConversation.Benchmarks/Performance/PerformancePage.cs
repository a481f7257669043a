using System.Globalization;
using System.Text.RegularExpressions;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>Writes tables and plots into docs/performance.md: between `results` and `end` comments stands what the results say.</summary>
internal static partial class PerformancePage
{
    public static void Write(string page, string folder)
    {
        Draw(folder);
        File.WriteAllText(page, Section().Replace(File.ReadAllText(page), section =>
            $"{section.Groups[1].Value}\n{Content(section.Groups[2].Value, folder)}{section.Groups[3].Value}"));
    }

    private static string Content(string name, string folder) => name switch
    {
        "goals" => Goals.Markdown(folder),
        "machine" => (ResultTable.Read(folder, "floor")?.Machine ?? "Not measured yet.") + "\n",
        _ => ResultTable.Read(folder, name) is { } table ? $"{table.Caption}.\n\n{table.Markdown()}" : "Not measured yet.\n",
    };

    private static void Draw(string folder)
    {
        if (ResultTable.Read(folder, "floor") is { } floor)
        {
            PlotLine Of(string shape) => new($"{shape}, Basic256", Points(floor, "× floor", row =>
                row.StartsWith("Basic256 ", StringComparison.Ordinal) && row.EndsWith(shape, StringComparison.Ordinal) ? Bytes(row.Split(' ')[1], row.Split(' ')[2]) : null));
            Save(folder, "floor", new Plot("Secure and verify over the bare primitives", "bytes of the body", "times the primitives", [Of("text"), Of("records")]));
        }

        if (ResultTable.Read(folder, "calls") is { } calls)
        {
            Save(folder, "calls", new Plot("Cost of a call, the opening of its session included", "calls in a session", "µs of processor time",
                [.. calls.Columns.Skip(1).Select(column => new PlotLine(column, Points(calls, column, row => double.Parse(row, CultureInfo.InvariantCulture))))]));
        }

        if (ResultTable.Read(folder, "scale") is { } scale)
        {
            Save(folder, "scale", new Plot("Memory of a live session", "live sessions", "bytes for each",
                [.. scale.Columns.Skip(1).Take(2).Select(column => new PlotLine(column, [.. Points(scale, column, Number).Where(point => point.X > 1)]))]));
        }

        if (ResultTable.Read(folder, "large") is { } large)
        {
            PlotLine Of(string column, string shape) => new($"{column.Split(' ')[0]}, {shape}", Points(large, column, row =>
                row.EndsWith(shape, StringComparison.Ordinal) ? Bytes(row.Split(' ')[0], row.Split(' ')[1]) : null));
            Save(folder, "large", new Plot("Cost of a KB by the size of the message", "bytes of the body", "µs for each KB",
                [Of("secure µs/KB", "text"), Of("verify µs/KB", "text"), Of("secure µs/KB", "records"), Of("verify µs/KB", "records")]));
        }
    }

    private static (double X, double Y)[] Points(ResultTable table, string column, Func<string, double?> x) =>
        [.. table.Rows.Where(row => x(row.Name) is not null && table.Find(row.Name, column) > 0).Select(row => (x(row.Name)!.Value, table.Find(row.Name, column)!.Value))];

    private static double? Number(string text) => double.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static double Bytes(string number, string unit) =>
        double.Parse(number, CultureInfo.InvariantCulture) * (unit switch { "KB" => 1024, "MB" => 1024 * 1024, _ => 1 });

    private static void Save(string folder, string name, Plot plot) => File.WriteAllText(Path.Combine(folder, name + ".svg"), plot.ToSvg());

    [GeneratedRegex(@"(<!-- results ([a-z]+) -->)\n.*?(<!-- end -->)", RegexOptions.Singleline)]
    private static partial Regex Section();
}
