using System.Globalization;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>What we want, and where the numbers for it are.</summary>
/// <param name="folder">Where the results are.</param>
internal sealed class Goals(string folder)
{
    private readonly Dictionary<string, ResultTable?> _tables = [];
    private readonly List<string> _rows = [];

    /// <summary>One row for each goal, out of the results of a folder.</summary>
    public static string Markdown(string folder)
    {
        var goals = new Goals(folder);
        goals.OfMessages();
        goals.OfTheStack();
        goals.OfSessions();
        goals.OfTheRest();
        return "| | goal | wanted | measured | |\n|---|---|---|---:|---|\n" + string.Concat(goals._rows);
    }

    private static bool IsText(string row) => row.EndsWith("text", StringComparison.Ordinal);

    private static bool IsRecords(string row) => row.EndsWith("records", StringComparison.Ordinal);

    private static bool HasPeers(string row) => row.StartsWith("Basic256 ", StringComparison.Ordinal);

    private static bool Is(string row, string size) => row.Contains($" {size} ", StringComparison.Ordinal);

    private void OfMessages()
    {
        AtMost(1, "secure and verify, 1 KB: times the primitives", 1.7, Worst("floor", "× floor", row => Is(row, "1 KB") && IsText(row)));
        AtMost(1, "one text of 256 KB and more", 1.25,
            Worst("floor", "× floor", row => IsText(row) && (Is(row, "256 KB") || row.Contains(" MB", StringComparison.Ordinal))));
        AtMost(1, "records of any size", 2, Worst("floor", "× floor", IsRecords));
        AtLeast(2, "secure and verify, 1 KB: times as fast as SignedXml and EncryptedXml", 20, Least("floor", "DOM / ours", row => Is(row, "1 KB")));
        AtLeast(2, "records of any size", 20, Least("floor", "DOM / ours", row => IsRecords(row) && HasPeers(row)));
        AtMost(2, "allocated bytes over theirs, 1 KB", 0.1, Worst("floor", "our B / DOM's", row => Is(row, "1 KB") && HasPeers(row)));
        AtLeast(3, "secure and verify: times as fast as WSS4J", 8, Least("floor", "WSS4J / ours", HasPeers));
    }

    private void OfTheStack()
    {
        foreach (var client in new[] { "HttpClient", "WCF", "CoreWCF" })
        {
            var table = client == "CoreWCF" ? LoadCommand.OfCoreWcf : "load";
            double? Share(int size, string column) =>
                Find(table, LoadCommand.Name($"{(client == "CoreWCF" ? "WCF" : client)} {LoadModes.Session}", size), column);
            AtLeast(4, $"{client}, 1 KB: calls per second of a session, share of plain HTTP", 0.30, Share(1024, "of plain"));
            AtLeast(4, $"{client}, 1 KB: share of HTTPS", 0.55, Share(1024, "of TLS"));
            AtLeast(4, $"{client}, 64 KB: share of HTTPS", 0.60, Share(64 << 10, "of TLS"));
        }
    }

    private void OfSessions()
    {
        foreach (var bits in SessionsCommand.KeyLengths)
        {
            AtLeast(5, $"call with certificates over call in a session, RSA {bits}", 4, Find("sessions", $"RSA {bits}", "× in session"));
            AtMost(5, $"a session is cheaper from this call on, RSA {bits}", 3, Find("sessions", $"RSA {bits}", "cheaper from call"));
        }

        foreach (var bits in SessionsCommand.KeyLengths)
        {
            AtLeast(6, $"handshakes: share of what RSA alone allows, {bits} bits", 0.85, Find("handshakes", $"client and service, RSA {bits}", "share"));
        }

        double? Most(string column) => Table("scale")?.Rows.Select(row => Find("scale", row.Name, column)).LastOrDefault();
        double? live = Table("scale") is { } scale ? double.Parse(scale.Rows[^1].Name, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : null;
        AtMost(7, "live session: managed bytes", 3 * 1024, Most("managed B each"));
        AtMost(7, "live session: resident bytes", 5 * 1024, Most("resident B each"));
        AtMost(7, "bytes for each session that stay when all have ended", 512, Most("resident MB after") * 1048576 / live);
        AtMost(7, "cost of a message beside the most sessions over that beside one", 1.10,
            Most("message µs") / Table("scale")?.Rows.Select(row => Find("scale", row.Name, "message µs")).FirstOrDefault());
        AtMost(7, "a sweep that finds nothing: ms", 1, Most("sweep ms"));
        double? Growth(string shape, string column) => Find("large", $"64 MB {shape}", column) / Find("large", $"256 KB {shape}", column);
        foreach (var shape in new[] { "text", "records" })
        {
            AtMost(7, $"cost of a KB, 64 MB over 256 KB, {shape}: the worse of both sides", 1.2, Max(Growth(shape, "secure µs/KB"), Growth(shape, "verify µs/KB")));
        }

        bool Is64(string row) => row.StartsWith("64 MB ", StringComparison.Ordinal);
        AtMost(7, "peak memory over the message, 64 MB", 3, Max(Worst("large", "secure peak", Is64), Worst("large", "verify peak", Is64)));
        AtMost(7, "MB that stay after a message of 64 MB", 16, Worst("large", "MB that stay", Is64));
    }

    private void OfTheRest()
    {
        const string Small = "Basic256 1 KB text";
        AtMost(8, "allocated bytes, secure and verify, 1 KB", 4096, Find("floor", Small, "secure B") + Find("floor", Small, "verify B"));
        AtMost(8, "large objects of a message, up to 64 KB", 0,
            Worst("large", "large objects", row => row.Split(' ') is [var size, "KB", _] && int.Parse(size, CultureInfo.InvariantCulture) <= 64));
        AtMost(9, "refusing over accepting: the worst", 1, Worst("refusals", "× accepted", row => !row.EndsWith(": accepted", StringComparison.Ordinal)));
        AtLeast(9, "throughput that a client keeps in a flood: the least", 0.5, Least("flood", "share kept", _ => true));
        AtLeast(10, "throughput on all cores over one, for each core", 0.9,
            Table("cores") is { } cores ? cores.Find(cores.Rows[^1].Name, "× one thread") / cores.Rows.Count : null);
        AtMost(10, "longest wait for a thread of the pool beside 10,000 idle sessions: ms", 10,
            Table("idle") is { } idle ? idle.Find(idle.Rows[^1].Name, "longest wait ms") : null);
    }

    private void AtMost(int number, string goal, double limit, double? measured) =>
        Add(number, goal, $"at most {ResultTable.Text(limit)}", measured, isMet: measured <= limit);

    private void AtLeast(int number, string goal, double limit, double? measured) =>
        Add(number, goal, $"at least {ResultTable.Text(limit)}", measured, isMet: measured >= limit);

    private void Add(int number, string goal, string wanted, double? measured, bool isMet) => _rows.Add(
        $"| {number} | {goal} | {wanted} | {ResultTable.Text(measured)} | {(measured is null ? "not measured" : isMet ? "met" : "**missed**")} |\n");

    private double? Find(string table, string row, string column) => Table(table)?.Find(row, column);

    private double? Worst(string table, string column, Func<string, bool> isMeant) => Values(table, column, isMeant).Max();

    private double? Least(string table, string column, Func<string, bool> isMeant) => Values(table, column, isMeant).Min();

    private IEnumerable<double?> Values(string table, string column, Func<string, bool> isMeant) =>
        Table(table)?.Rows.Where(row => isMeant(row.Name)).Select(row => Find(table, row.Name, column)) ?? [];

    private ResultTable? Table(string name)
    {
        if (!_tables.TryGetValue(name, out var table))
        {
            _tables[name] = table = ResultTable.Read(folder, name);
        }

        return table;
    }

    private static double? Max(double? a, double? b) => a > b ? a : b ?? a;
}
