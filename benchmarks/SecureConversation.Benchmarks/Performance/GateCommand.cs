using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `gate`: fails when a message costs more than the baseline says: bytes allocated, which are exact, and instructions as valgrind counts
/// them, which do not depend on what else the machine does. A message is the slope between two numbers of messages, so that the start of
/// the process does not count. `gate --update` writes the baseline. Instructions are compared where runtime, OpenSSL and the extensions of
/// the processor are those of the baseline, and only printed elsewhere.
/// </summary>
internal static partial class GateCommand
{
    private const double Tolerance = 0.05;
    private const int WarmUps = 20;
    private const string Certificates = "SECURECONVERSATION_GATE_CERTIFICATES";
    private const string BaselineFile = "benchmarks/SecureConversation.Benchmarks/Performance/baseline.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly GateCase[] Cases =
    [
        new("text 1 KB", 200, conversation => Exchange(conversation, Conversation.Envelope(1024))),
        new("records 16 KB", 80, conversation => Exchange(conversation, Conversation.Envelope(16 * 1024, records: true))),
        new("handshake", 20, conversation => () => conversation.Open().Dispose()),
    ];

    public static async Task<int> RunAsync(string[] options)
    {
        if (options is ["run", var name, var times])
        {
            Work(Cases.Single(one => one.Name == name), int.Parse(times, CultureInfo.InvariantCulture));
            return 0;
        }

        var folder = Directory.CreateTempSubdirectory("SecureConversation.Gate.").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "authority.cer"), TestCertificates.Authority.RawData);
            File.WriteAllBytes(Path.Combine(folder, "client.pfx"), TestCertificates.Client.Export(X509ContentType.Pkcs12));
            File.WriteAllBytes(Path.Combine(folder, "service.pfx"), TestCertificates.Service.Export(X509ContentType.Pkcs12));
            return await MeasureAsync(folder, isUpdate: options.Contains("--update"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(string folder, bool isUpdate)
    {
        var path = PeerAvailability.FindSource(BaselineFile) ?? BaselineFile;
        var baseline = File.Exists(path) ? JsonSerializer.Deserialize<GateBaseline>(File.ReadAllText(path), Json) : null;
        var uncounted = await ValgrindProblemAsync();
        var measured = new Dictionary<string, GateCost>();
        var environment = "";
        foreach (var one in Cases)
        {
            var lines = (await RunAsync(folder, one.Name, one.Times, isCounted: false)).Split('\n');
            environment = lines[1];
            var known = baseline?.Environment == environment ? baseline.Cases.GetValueOrDefault(one.Name)?.Instructions : null;
            measured[one.Name] = new GateCost(double.Parse(lines[0], CultureInfo.InvariantCulture),
                uncounted is null ? await InstructionsAsync(folder, one, isUpdate ? null : known) : null);
        }

        if (isUpdate)
        {
            File.WriteAllText(path, JsonSerializer.Serialize(new GateBaseline(environment, measured), Json) + "\n");
        }

        var isComparable = baseline?.Environment == environment;
        var failures = 0;
        foreach (var (name, cost) in measured)
        {
            var known = baseline?.Cases.GetValueOrDefault(name);
            failures += Compare($"{name}: bytes allocated", cost.Bytes, known?.Bytes, isGated: true);
            failures += Compare($"{name}: instructions", cost.Instructions, known?.Instructions, isComparable);
        }

        Console.WriteLine(uncounted is null ? isComparable ? "" : $"Instructions are not compared: the baseline is of \"{baseline?.Environment}\", here is \"{environment}\"."
            : $"Instructions are not counted: {uncounted}.");
        Console.WriteLine(isUpdate ? $"Written to {path}." : failures == 0 ? "Nothing costs more than the baseline allows."
            : $"{failures} numbers are more than {Tolerance:P0} above the baseline. Where that is meant: run `gate --update`, commit {BaselineFile}, and say why.");
        return isUpdate || failures == 0 ? 0 : 1;
    }

    /// <summary>Why valgrind cannot count here; null when it can. Not every machine lets it run.</summary>
    private static async Task<string?> ValgrindProblemAsync()
    {
        if (PeerAvailability.FindProgram("valgrind") is null)
        {
            return "there is no valgrind";
        }

        using var trial = Process.Start(new ProcessStartInfo("valgrind", ["--tool=cachegrind", "--cachegrind-out-file=/dev/null", "true"])
        {
            RedirectStandardError = true,
        })!;
        var said = await trial.StandardError.ReadToEndAsync();
        await trial.WaitForExitAsync();
        return trial.ExitCode == 0 && Refs().IsMatch(said) ? null : $"valgrind ended with {trial.ExitCode}";
    }

    private static int Compare(string what, double? now, double? before, bool isGated)
    {
        var change = now / before - 1;
        var isWorse = isGated && change > Tolerance;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(isWorse ? "!!" : "  ")} {what,-32} {now,14:N0} {change:+0.0 %;-0.0 %}"));
        return isWorse ? 1 : 0;
    }

    /// <summary>The first slope where it holds, since each takes a while; else the median of three. Two processes at once.</summary>
    private static async Task<double> InstructionsAsync(string folder, GateCase one, double? known)
    {
        var slopes = new List<double>();
        for (var i = 0; i < 3 && !(i == 1 && slopes[0] <= known * (1 + Tolerance)); i++)
        {
            var counts = await Task.WhenAll(CountAsync(one.Times / 10), CountAsync(one.Times));
            slopes.Add((counts[1] - counts[0]) / (one.Times - (one.Times / 10)));
        }

        return Series.Median(slopes);

        async Task<double> CountAsync(int times) => double.Parse(
            Refs().Match(await RunAsync(folder, one.Name, times, isCounted: true)).Groups[1].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    private static async Task<string> RunAsync(string folder, string name, int times, bool isCounted)
    {
        string[] arguments = [Environment.ProcessPath!, "gate", "run", name, $"{times}"];
        string[] valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--smc-check=all-non-file", "--cachegrind-out-file=/dev/null"];
        string[] command = isCounted ? [.. valgrind, .. arguments] : arguments;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Certificates] = folder;
        foreach (var (variable, value) in new[] { ("TieredCompilation", "0"), ("TieredPGO", "0"), ("EnableWriteXorExecute", "0"), ("gcConcurrent", "0"), ("GCgen0size", "20000000") })
        {
            start.Environment["DOTNET_" + variable] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? isCounted ? await errors : output : throw new InvalidOperationException($"{string.Join(' ', command)}: {await errors}");
    }

    /// <summary>In a process of its own: prints the bytes that one message allocates, and what instructions depend on.</summary>
    private static void Work(GateCase one, int times)
    {
        // The keys are made outside: the search for primes takes as long as it takes.
        string FileOf(string name) => Path.Combine(Environment.GetEnvironmentVariable(Certificates)!, name);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(FileOf("authority.cer"));
        using var client = X509CertificateLoader.LoadPkcs12FromFile(FileOf("client.pfx"), null);
        using var service = X509CertificateLoader.LoadPkcs12FromFile(FileOf("service.pfx"), null);
        using var conversation = new Conversation(
            Conversation.SecureSession(SecurityAlgorithmSuite.Basic256), client: client, service: service, authority: authority);
        var action = one.Prepare(conversation);
        Rounds.Run(action, WarmUps);
        Console.WriteLine(Rounds.Run(action, times).Bytes.ToString(CultureInfo.InvariantCulture));
        string[] extensions =
        [
            System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? "AVX-512" : System.Runtime.Intrinsics.X86.Avx2.IsSupported ? "AVX2" : "no AVX2",
            System.Runtime.Intrinsics.X86.Aes.IsSupported ? "AES" : "no AES",
        ];
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, "
            + $"{(OperatingSystem.IsLinux() ? $"OpenSSL {SafeEvpPKeyHandle.OpenSslVersion:x}" : RuntimeInformation.OSDescription)}, {string.Join(", ", extensions)}");
    }

    private static Action Exchange(Conversation conversation, byte[] envelope) => () =>
    {
        using var request = conversation.Secure(envelope);
        using var accepted = conversation.Accept(request.Envelope);
        _ = accepted.Request.Envelope.Length;
    };

    [GeneratedRegex(@"I\s+refs:\s+([\d,]+)")]
    private static partial Regex Refs();

    private sealed record GateCase(string Name, int Times, Func<Conversation, Action> Prepare);

    private sealed record GateCost(double Bytes, double? Instructions);

    private sealed record GateBaseline(string Environment, Dictionary<string, GateCost> Cases);
}
