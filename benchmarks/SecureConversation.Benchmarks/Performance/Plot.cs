using System.Globalization;
using System.Text;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>Lines over two logarithmic axes, as SVG.</summary>
internal sealed record Plot(string Title, string XTitle, string YTitle, IReadOnlyList<PlotLine> Lines)
{
    private const int Width = 720, Height = 400, Left = 70, Right = 200, Top = 40, Bottom = 50;

    private static readonly int[] Powers = [1], Steps = [1, 2, 5];

    private static readonly string[] Colours = ["#1f6fb2", "#d1495b", "#2e8b57", "#b8860b"];

    public string ToSvg()
    {
        var points = Lines.SelectMany(line => line.Points).ToArray();
        if (points.Length == 0)
        {
            return $"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{Title}</title></svg>\n";
        }

        var (minX, maxX) = Range(points.Select(point => point.X));
        var (minY, maxY) = Range(points.Select(point => point.Y));
        double X(double value) => Left + ((Math.Log10(value) - minX) / (maxX - minX) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((Math.Log10(value) - minY) / (maxY - minY) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/><text x=\"{Left}\" y=\"22\" font-size=\"15\">{Title}</text>");
        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{XTitle}</text>");
        Add($"<text transform=\"translate(16 {Height / 2}) rotate(-90)\" text-anchor=\"middle\">{YTitle}</text>");
        foreach (var tick in Ticks(minX, maxX))
        {
            Add($"<path d=\"M{X(tick):F1} {Top}V{Height - Bottom}\" stroke=\"#ddd\"/>");
            Add($"<text x=\"{X(tick):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Name(tick)}</text>");
        }

        foreach (var tick in Ticks(minY, maxY))
        {
            Add($"<path d=\"M{Left} {Y(tick):F1}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{Name(tick)}</text>");
        }

        for (var i = 0; i < Lines.Count; i++)
        {
            var path = string.Join(' ', Lines[i].Points.OrderBy(point => point.X).Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
            Add($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2\"/>");
            Add($"<text x=\"{Width - Right + 12}\" y=\"{Top + 16 + (20 * i)}\" fill=\"{Colours[i % Colours.Length]}\">{Lines[i].Name}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static (double Least, double Most) Range(IEnumerable<double> values)
    {
        var logarithms = values.Select(Math.Log10).ToArray();
        return (logarithms.Min() - 0.1, logarithms.Max() + 0.1);
    }

    /// <summary>Powers of ten, and 2 and 5 of them where there are few.</summary>
    private static IEnumerable<double> Ticks(double least, double most) =>
        from power in Enumerable.Range((int)Math.Floor(least), (int)(Math.Ceiling(most) - Math.Floor(least)) + 1)
        from step in most - least > 3 ? Powers : Steps
        let tick = step * Math.Pow(10, power)
        where Math.Log10(tick) >= least && Math.Log10(tick) <= most
        select tick;

    private static string Name(double tick) => tick switch
    {
        >= 1e6 => $"{tick / 1e6:0.#}M",
        >= 1e3 => $"{tick / 1e3:0.#}k",
        _ => tick.ToString("0.##", CultureInfo.InvariantCulture),
    };
}

internal sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);
