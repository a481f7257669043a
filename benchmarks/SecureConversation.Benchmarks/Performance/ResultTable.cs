using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>What one measurement found: rows of numbers under headings. Printed, kept as JSON, and written into docs/performance.md.</summary>
/// <param name="Name">Of the measurement and of its file.</param>
/// <param name="Caption">What the numbers are.</param>
/// <param name="Columns">The headings; the first one is that of the names.</param>
internal sealed record ResultTable(string Name, string Caption, IReadOnlyList<string> Columns)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Machine { get; init; } = Describe();

    public List<ResultRow> Rows { get; init; } = [];

    public static ResultTable? Read(string folder, string name) => Path.Combine(folder, name + ".json") is var file && File.Exists(file)
        ? JsonSerializer.Deserialize<ResultTable>(File.ReadAllText(file), Json) : null;

    public void Add(string name, params double?[] values)
    {
        Rows.Add(new ResultRow(name, values));
        Console.WriteLine(string.Join("  ", values.Select((value, i) => $"{Columns[i + 1]} {Text(value)}").Prepend(name)));
    }

    /// <summary>A number of a row; null where the row was not measured.</summary>
    public double? Find(string row, string column) =>
        Rows.FirstOrDefault(r => r.Name == row) is { } found ? found.Values[Columns.ToList().IndexOf(column) - 1] : null;

    /// <summary>Prints the table and keeps it.</summary>
    public void Finish(string folder)
    {
        Console.WriteLine();
        Console.WriteLine(Caption);
        Console.WriteLine(Markdown());
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Name + ".json"), JsonSerializer.Serialize(this, Json) + "\n");
    }

    public string Markdown()
    {
        var lines = new StringBuilder();
        lines.Append("| ").AppendJoin(" | ", Columns).Append(" |\n|---|").Insert(lines.Length, "---:|", Columns.Count - 1).Append('\n');
        foreach (var row in Rows)
        {
            lines.Append("| ").AppendJoin(" | ", row.Values.Select(Text).Prepend(row.Name)).Append(" |\n");
        }

        return lines.ToString();
    }

    public static string Text(double? value) => value switch
    {
        null => "",
        0 => "0",
        < 10 and > -10 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        < 100 and > -100 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("#,##0", CultureInfo.InvariantCulture),
    };

    private static string Describe()
    {
        const string Processors = "/proc/cpuinfo";
        var model = File.Exists(Processors)
            ? File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return $"{Environment.ProcessorCount} × {model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {RuntimeInformation.OSDescription}, "
            + RuntimeInformation.FrameworkDescription;
    }
}

internal sealed record ResultRow(string Name, IReadOnlyList<double?> Values);
