using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `gateway`: calls of 16 callers at once to the service of `load` in sessions, directly and through a gateway, both in processes of their own on
/// the same machine: inward (secured client, gateway, plain service) and outward (plain client, gateway, secured service). Prints calls per
/// second, their share of those of the direct client, and what each host took of the processors for a call, the medians over the rounds.
/// Options: --seconds N of each turn (2), --rounds N (5).
/// </summary>
internal static class GatewayCommand
{
    private const int Callers = 16;
    private const string Inner = "http://localhost:5091", Outer = "http://localhost:5092";

    public static async Task<int> RunAsync(string[] options, string results)
    {
        var seconds = double.Parse(PerformanceCommand.Option(options, "--seconds") ?? "2", CultureInfo.InvariantCulture);
        var rounds = int.Parse(PerformanceCommand.Option(options, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        using var service = await StartServiceAsync();
        var addresses = (await service.StandardOutput.ReadLineAsync())!.Split(' ');
        var folder = Directory.CreateTempSubdirectory("gateway-");
        using var gateway = StartGateway(folder.FullName, addresses[0], addresses[2]);
        try
        {
            return await MeasureAsync(addresses, [service, gateway], seconds, rounds, results);
        }
        finally
        {
            gateway.Kill();
            service.StandardInput.Close();
            await service.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(string[] addresses, Process[] hosts, double seconds, int rounds, string results)
    {
        using var transport = new HttpClient();
        await UntilAliveAsync(transport);
        var table = new ResultTable("gateway", $"Calls in sessions, {Callers} at once: directly, and through a gateway in a process of its own on the same machine",
            ["way", "calls/s", "of direct", "µs of the service", "µs of the gateway"]);
        foreach (var size in LoadCommand.Sizes)
        {
            await using var direct = Client($"{addresses[2]}{size}");
            await using var inward = Client($"{Outer}/{size}");
            var (body, envelope) = (Conversation.Body(size), Conversation.Envelope(size));
            (string Name, Func<Task> Call)[] ways =
            [
                ("direct", () => direct.CallAsync("urn:e/Echo", body)),
                ("inward", () => inward.CallAsync("urn:e/Echo", body)),
                ("outward", () => PostAsync(transport, new Uri($"{Inner}/{size}"), envelope)),
            ];
            var turns = ways.Select(_ => new List<Turn>()).ToArray();
            foreach (var way in ways)
            {
                // The gateway has much to compile, and the processors have no time for it while calls run.
                await TurnAsync(way.Call, hosts, Math.Max(15, 4 * seconds));
            }

            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < ways.Length; i++)
                {
                    turns[i].Add(await TurnAsync(ways[i].Call, hosts, seconds));
                }
            }

            for (var i = 0; i < ways.Length; i++)
            {
                double Median(Func<Turn, double> value) => Series.Median([.. turns[i].Select(value)]);
                table.Add(LoadCommand.Name(ways[i].Name, size), Median(turn => turn.CallsPerSecond),
                    Series.Median([.. turns[i].Zip(turns[0], (mine, theirs) => mine.CallsPerSecond / theirs.CallsPerSecond)]),
                    Median(turn => turn.Processor[0]), Median(turn => turn.Processor[1]));
            }
        }

        table.Finish(results);
        return 0;
    }

    private static async Task<Process> StartServiceAsync()
    {
        var service = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["load", "service"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Service.Export(X509ContentType.Pkcs12)));
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Authority.RawData));
        return service;
    }

    private static Process StartGateway(string folder, string plain, string secured)
    {
        void Write(string name, X509Certificate2 certificate) =>
            File.WriteAllBytes(Path.Combine(folder, name), certificate.Export(X509ContentType.Pkcs12));
        Write("service.pfx", TestCertificates.Service);
        Write("client.pfx", TestCertificates.Client);
        File.WriteAllBytes(Path.Combine(folder, "authority.cer"), TestCertificates.Authority.RawData);
        var (inward, outward) = (new JsonObject(), new JsonObject());
        foreach (var size in LoadCommand.Sizes)
        {
            inward[$"in{size}"] = Route(size, plain, new JsonObject { ["ServiceCertificate"] = FileOf("service.pfx"), ["ClientCertificateValidation"] = Trust() });
            outward[$"out{size}"] = Route(size, secured, new JsonObject
            {
                ["ClientCertificate"] = FileOf("client.pfx"),
                ["ServiceCertificate"] = FileOf("service.pfx"),
                ["ServiceCertificateValidation"] = Trust(),
            });
        }

        var settings = new JsonObject
        {
            ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Warning" } },
            ["Gateway"] = new JsonObject
            {
                ["Listeners"] = new JsonObject { ["Inner"] = new JsonObject { ["Url"] = Inner }, ["Outer"] = new JsonObject { ["Url"] = Outer } },
                ["Identity"] = new JsonObject { ["SharedSecret"] = Convert.ToBase64String(new byte[32]) },
                ["Inward"] = inward,
                ["Outward"] = outward,
            },
        };
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), settings.ToJsonString());
        return Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SecureConversation.Gateway.dll")]) { WorkingDirectory = folder })!;
    }

    private static JsonObject Route(int size, string address, JsonObject credentials) => new()
    {
        ["Path"] = $"/{size}",
        ["Address"] = $"{address}{size}",
        ["Security"] = new JsonObject
        {
            ["MessageSecurity"] = new JsonObject { ["ClientCredentialType"] = "Certificate", ["NegotiateServiceCredential"] = false },
            ["Credentials"] = credentials,
        },
    };

    private static JsonObject FileOf(string name) => new() { ["Path"] = name };

    private static JsonObject Trust() => new() { ["RevocationMode"] = "NoCheck", ["CustomTrustRoots"] = new JsonArray(FileOf("authority.cer")) };

    private static SecureConversationClient Client(string address) => new(new Uri(address), new SecureConversationHttpOptions
    {
        MessageSecurity = LoadService.Security,
        Credentials = TestCredentials.Client,
    });

    private static async Task PostAsync(HttpClient client, Uri address, byte[] envelope)
    {
        using var content = new ByteArrayContent(envelope)
        {
            Headers = { ContentType = new("application/soap+xml", "utf-8") { Parameters = { new("action", "\"urn:e/Echo\"") } } },
        };
        using var response = await client.PostAsync(address, content);
        await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private static async Task<Turn> TurnAsync(Func<Task> call, Process[] hosts, double seconds)
    {
        var before = hosts.Select(ProcessorTime).ToArray();
        var (watch, calls) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (; watch.Elapsed.TotalSeconds < seconds; Interlocked.Increment(ref calls))
            {
                await call();
            }
        })));
        return new Turn(calls / watch.Elapsed.TotalSeconds, [.. hosts.Zip(before, (host, time) => (ProcessorTime(host) - time).TotalMicroseconds / calls)]);
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static async Task UntilAliveAsync(HttpClient client)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"{Inner}/health/live"));
                response.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (tries < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <param name="CallsPerSecond">Of all callers.</param>
    /// <param name="Processor">What each host took of the processors for a call, in microseconds.</param>
    private sealed record Turn(double CallsPerSecond, double[] Processor);
}
