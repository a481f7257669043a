using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Flood;

/// <summary>
/// What a well-behaved client keeps of its throughput while somebody floods the service: `flood`. Options: --seconds N for each
/// measurement (4), --rounds N (3), --connections N of the flooder (16), --callers N of the client (4), --only TEXT in the name of a flood,
/// --single for an endpoint without sessions, where each message costs private key operations.
/// Fails when less than half of the throughput is left in any flood.
/// `flood costs` prints what one message costs the engine.
/// </summary>
internal static class FloodCommand
{
    private const double LeastShare = 0.5;

    /// <summary>Whether the endpoint has no sessions.</summary>
    public static bool IsSingle => !Security.EstablishSecurityContext;

    /// <summary>Both sides have certificates, and a session unless --single is given.</summary>
    public static MessageSecurity Security { get; private set; } = new()
    {
        ClientCredentialType = MessageCredentialType.Certificate,
        NegotiateServiceCredential = false,
        EstablishSecurityContext = true,
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
    };

    public static ClientCredentials Credentials(X509Certificate2 certificate) => new()
    {
        ClientCertificate = new X509Credential(certificate),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--single"))
        {
            Security = Security with { EstablishSecurityContext = false };
        }

        if (args is ["service", ..])
        {
            return await FloodService.RunAsync();
        }

        if (args is ["costs"])
        {
            return await FloodCosts.RunAsync();
        }

        if (args is ["attack", _, _, _])
        {
            return await Flooder.RunAsync(args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
        }

        var seconds = Number(args, "--seconds", 4);
        var rounds = Number(args, "--rounds", 3);
        var connections = Number(args, "--connections", 16);
        var callers = Number(args, "--callers", 4);
        var only = Option(args, "--only") ?? "";
        using var service = IsSingle ? Start("flood", "service", "--single") : Start("flood", "service");
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Service.Export(X509ContentType.Pkcs12)));
        await service.StandardInput.WriteLineAsync(Convert.ToBase64String(TestCertificates.Authority.RawData));
        var port = int.Parse((await service.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var address = new Uri($"http://localhost:{port}/echo");
        await using var client = new SecureConversationClient(address, new SecureConversationHttpOptions
        {
            MessageSecurity = Security,
            Credentials = Credentials(TestCertificates.Client),
        });

        Console.WriteLine($"{Environment.ProcessorCount} processors. Client ({callers} calls at once, {(IsSingle ? "no" : "one")} session), service and flooder are processes of their own with the same");
        Console.WriteLine($"priority. The flooder sends requests that were made before over {connections} raw sockets, the next one when the last one was answered.");
        await CallAsync(client, callers, seconds);
        using var http = new HttpClient();
        var failures = 0;
        foreach (var (name, count) in FloodMessages.All.Where(f => f.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            failures += await MeasureAsync(name, count) < LeastShare ? 1 : 0;
        }

        service.StandardInput.Close();
        await service.WaitForExitAsync();
        Console.WriteLine(failures == 0 ? $"The client keeps at least {LeastShare:P0} in every flood." : $"The client keeps less than {LeastShare:P0} in {failures} floods.");
        return failures == 0 ? 0 : 1;

        async Task<double> MeasureAsync(string name, int count)
        {
            var file = Path.GetTempFileName();
            try
            {
                FloodMessages.Write(file, await FloodMessages.CreateAsync(name, count, address, http));
                var (alone, flooded, sent, own, served, lines) = (0.0, 0.0, 0L, 0.0, TimeSpan.Zero, await LinesAsync(service));
                for (var i = 0; i < rounds; i++)
                {
                    alone += await CallAsync(client, callers, seconds);
                    using var flooder = Start("flood", "attack", file, $"{port}", $"{connections}");
                    await flooder.StandardInput.WriteLineAsync();
                    await Task.Delay(500);
                    service.Refresh();
                    var before = service.TotalProcessorTime;
                    flooded += await CallAsync(client, callers, seconds);
                    service.Refresh();
                    served += service.TotalProcessorTime - before;
                    flooder.StandardInput.Close();
                    var result = (await flooder.StandardOutput.ReadLineAsync())!.Split(' ');
                    sent += long.Parse(result[0], CultureInfo.InvariantCulture);
                    own += double.Parse(result[1], CultureInfo.InvariantCulture);
                    await flooder.WaitForExitAsync();
                }

                var share = flooded / alone;
                var duration = rounds * (seconds + 0.5);
                var written = await LinesAsync(service) - lines;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-34} keeps {share,5:P0}: {alone / rounds,6:F0}/s alone, {flooded / rounds,6:F0}/s beside {sent / duration,6:F0}/s; "
                    + $"processors: flooder {own / duration:F2}, service {served.TotalSeconds / (rounds * seconds):F2}; {written} lines in the log"));
                return share;
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Calls for so long and gives the calls per second.</summary>
    private static async Task<double> CallAsync(SecureConversationClient client, int callers, int seconds)
    {
        var watch = Stopwatch.StartNew();
        var calls = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed.TotalSeconds < seconds; count++)
            {
                await client.CallAsync("urn:e/Echo", "<Echo xmlns=\"urn:e\"><text>hello</text></Echo>");
            }

            return count;
        })));
        return calls.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static async Task<long> LinesAsync(Process service)
    {
        await service.StandardInput.WriteLineAsync();
        return long.Parse((await service.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static int Number(string[] args, string name, int otherwise) =>
        Option(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var i && i >= 0 && i + 1 < args.Length ? args[i + 1] : null;
}
