using System.Globalization;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>What we want, and where the numbers for it are.</summary>
internal static class Goals
{
    private const double AtLeast = 1, AtMost = -1;

    /// <summary>One row for each goal, out of the results of a folder.</summary>
    public static string Markdown(string folder)
    {
        ResultTable? Table(string name) => ResultTable.Read(folder, name);
        var (floor, load, large, scale, sessions) = (Table("floor"), Table("load"), Table("large"), Table("scale"), Table("handshakes"));
        var refusals = Table("refusals");
        double? Highest(ResultTable? table, string column, Func<string, bool> rows) =>
            table?.Rows.Where(row => rows(row.Name)).Select(row => table.Find(row.Name, column)).Max();
        double? Load(string mode, int size, string column) => load?.Find(LoadCommand.Name(mode, size), column);
        double? Million(string name) => scale?.Rows.Select(row => scale.Find(row.Name, name)).LastOrDefault();
        string[] large64 = [LargeCommand.Name(64 << 20, false), LargeCommand.Name(64 << 20, true)];
        bool IsOf64(string name) => large64.Contains(name);
        double? Growth(bool records, string column) => large?.Find(LargeCommand.Name(64 << 20, records), column) / large?.Find(LargeCommand.Name(256 << 10, records), column);
        (int Number, string Goal, double Sign, double Limit, double? Measured)[] goals =
        [
            (1, "secure and verify, 1 KB: times the primitives", AtMost, 1.7, Highest(floor, "× floor", name => name.EndsWith(" 1 KB text", StringComparison.Ordinal))),
            (1, "the same, one text of 256 KB and more", AtMost, 1.25, Highest(floor, "× floor",
                name => name.EndsWith("text", StringComparison.Ordinal) && (name.Contains(" 256 KB", StringComparison.Ordinal) || name.Contains(" MB", StringComparison.Ordinal)))),
            (1, "the same, records of any size", AtMost, 2, Highest(floor, "× floor", name => name.EndsWith("records", StringComparison.Ordinal))),
            (2, "secure and verify, 1 KB: times as fast as a DOM of .NET", AtLeast, 5, floor?.Find("Basic256 1 KB text", "× ours")),
            (2, "the same, WSS4J", AtLeast, 5, floor?.Find("Basic256 1 KB text", "× ours (WSS4J)")),
            (3, "whole stack, 1 KB: session, share of plain HTTP", AtLeast, 0.30, Load("HttpClient session", 1024, "of plain")),
            (3, "the same, share of HTTPS", AtLeast, 0.55, Load("HttpClient session", 1024, "of TLS")),
            (3, "the same, 64 KB, share of HTTPS", AtLeast, 0.60, Load("HttpClient session", 64 << 10, "of TLS")),
            (4, "a session is cheaper than certificates in each message from this call on, RSA 2048", AtMost, 2,
                Table("sessions")?.Find("RSA 2048", "cheaper from call")),
            (5, "handshakes: share of what RSA alone allows", AtLeast, 0.85, sessions?.Find("client and service, RSA 2048", "share")),
            (6, "live session: managed bytes", AtMost, 3 * 1024, Million("managed B each")),
            (6, "live session: resident bytes", AtMost, 5 * 1024, Million("resident B each")),
            (6, "resident MB that stay when all sessions have ended", AtMost, 50, Million("resident MB after")),
            (6, "sweep that finds nothing: ms", AtMost, 1, Million("sweep ms")),
            (7, "allocated bytes, secure and verify, 1 KB", AtMost, 4096,
                floor?.Find("Basic256 1 KB text", "secure B") + floor?.Find("Basic256 1 KB text", "verify B")),
            (8, "refusing over accepting: the worst", AtMost, 1, Highest(refusals, "× accepted", name => !name.EndsWith(": accepted", StringComparison.Ordinal))),
            (9, "throughput on all cores over one, for each core", AtLeast, 0.9, Table("cores") is { } cores ? cores.Rows[^1].Values[1] / cores.Rows.Count : null),
            (10, "cost of a KB, 64 MB over 256 KB, text: the worse of both sides", AtMost, 1.5, Max(Growth(false, "secure µs/KB"), Growth(false, "verify µs/KB"))),
            (10, "the same, records", AtMost, 1.5, Max(Growth(true, "secure µs/KB"), Growth(true, "verify µs/KB"))),
            (10, "peak memory over the message, 64 MB", AtMost, 3, Max(Highest(large, "secure peak", IsOf64), Highest(large, "verify peak", IsOf64))),
            (10, "MB that stay after a message of 64 MB", AtMost, 16, Highest(large, "MB that stay", IsOf64)),
        ];
        var rows = goals.Select(goal => string.Create(CultureInfo.InvariantCulture,
            $"| {goal.Number} | {goal.Goal} | {(goal.Sign < 0 ? "at most" : "at least")} {ResultTable.Text(goal.Limit)} | {ResultTable.Text(goal.Measured)} | {Verdict(goal.Sign, goal.Limit, goal.Measured)} |\n"));
        return "| | goal | wanted | measured | |\n|---|---|---|---:|---|\n" + string.Concat(rows);
    }

    private static double? Max(double? a, double? b) => a > b ? a : b ?? a;

    private static string Verdict(double sign, double limit, double? measured) => measured is not { } value ? "not measured" : (value - limit) * sign >= 0 ? "met" : "**missed**";
}
