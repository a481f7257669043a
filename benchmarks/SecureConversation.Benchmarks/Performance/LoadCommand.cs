using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `load`: calls between two processes over loopback sockets, 16 at once: without security, over TLS, in a session, and with certificates in
/// each message; by the HTTP client, and by the WCF client beside its own modes. Options: --seconds N of each turn (1.5), --rounds N (3),
/// --warm N seconds of each mode before the first round (8): the runtime compiles hot code again for that long while both processors are busy.
/// </summary>
internal static class LoadCommand
{
    private const int Callers = 16;

    public static readonly int[] Sizes = [1024, 64 * 1024];

    /// <summary>The name of the results with services of CoreWCF, which are called by the WCF client alone.</summary>
    public const string OfCoreWcf = "corewcf";

    public static async Task<int> RunAsync(string[] options, string results, string tableName = "load")
    {
        if (options is ["service"])
        {
            return await LoadService.RunAsync();
        }

        var seconds = double.Parse(PerformanceCommand.Option(options, "--seconds") ?? "1.5", CultureInfo.InvariantCulture);
        var rounds = int.Parse(PerformanceCommand.Option(options, "--rounds") ?? "3", CultureInfo.InvariantCulture);
        var warm = double.Parse(PerformanceCommand.Option(options, "--warm") ?? "8", CultureInfo.InvariantCulture);
        using var service = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["load", "service"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Service.Export(X509ContentType.Pkcs12)));
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Authority.RawData));
        var addresses = (await service.StandardOutput.ReadLineAsync())!.Split(' ');
        var table = new ResultTable(tableName, $"Calls between two processes, {Callers} at once: calls per second, share of calls per second of the same client "
            + "without security and over TLS, µs of processor time of both processes for a call, and of it in the service, latency in ms",
            ["client and mode", "calls/s", "of plain", "of TLS", "CPU µs", "service µs", "CPU × TLS", "p50 ms", "p99 ms"]);
        foreach (var size in Sizes)
        {
            await using var http = tableName == OfCoreWcf ? null : LoadModes.Http(addresses, size);
            await using var wcf = LoadModes.Wcf(addresses, size);
            var modes = (http?.Calls ?? []).Concat(wcf.Calls).ToArray();
            var turns = modes.ToDictionary(mode => mode.Name, _ => new List<Turn>());
            foreach (var (_, call) in modes)
            {
                await TurnAsync(call, warm, service);
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, call) in modes)
                {
                    turns[name].Add(await TurnAsync(call, seconds, service));
                }
            }

            foreach (var (name, _) in modes)
            {
                Add(table, turns, name, size);
            }
        }

        service.StandardInput.Close();
        await service.WaitForExitAsync();
        table.Finish(results);
        return 0;
    }

    public static string Name(string mode, int size) => $"{mode}, {FloorCommand.Size(size)}";

    private static void Add(ResultTable table, Dictionary<string, List<Turn>> turns, string name, int size)
    {
        var own = turns[name];
        var client = name.Split(' ')[0];
        double Share(string mode) => Series.Median(own.Zip(turns[$"{client} {mode}"], (mine, theirs) => mine.PerSecond / theirs.PerSecond));
        var times = Series.Median(own.Zip(turns[$"{client} {LoadModes.Tls}"], (mine, theirs) => mine.Processor / theirs.Processor));
        var latencies = own.SelectMany(turn => turn.Latencies).Order().ToArray();
        table.Add(Name(name, size), Series.Median(own.Select(turn => turn.PerSecond)), Share(LoadModes.Plain), Share(LoadModes.Tls),
            Series.Median(own.Select(turn => turn.Processor)), Series.Median(own.Select(turn => turn.Service)), times,
            latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100]);
    }

    private static async Task<Turn> TurnAsync(Func<Task> call, double seconds, Process service)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var (serviceBefore, clientBefore, watch) = (await ProcessorAsync(service), Processor.Time, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                var start = Stopwatch.GetTimestamp();
                await call();
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            latencies.Add(own);
        })));
        var elapsed = watch.Elapsed.TotalSeconds;
        var (served, called) = (await ProcessorAsync(service) - serviceBefore, (Processor.Time - clientBefore).TotalMicroseconds);
        double[] all = [.. latencies.SelectMany(own => own)];
        return new Turn(all.Length / elapsed, (served + called) / all.Length, served / all.Length, all);
    }

    private static async Task<double> ProcessorAsync(Process service)
    {
        await service.StandardInput.WriteLineAsync();
        return double.Parse((await service.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    private sealed record Turn(double PerSecond, double Processor, double Service, double[] Latencies);
}
