using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace SecureConversation.Redis.Tests.Support;

/// <summary>
/// A redis-server of the test on a free port of the loopback interface. It keeps what it is given over a restart. Where the program is not
/// installed, the test is skipped, unless SECURECONVERSATION_REQUIRE_PEERS says that it has to be there.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("SecureConversation.Redis.");
    private readonly string[] _settings;
    private Process? _process;
    private ConnectionMultiplexer? _raw;

    private RedisServer(string[] settings)
    {
        _settings = settings;
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public int Port { get; }

    public string Configuration => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A connection past the package.</summary>
    public IDatabase Raw => _raw!.GetDatabase();

    public IServer RawServer => _raw!.GetServers()[0];

    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));
        if (!isThere && Environment.GetEnvironmentVariable("SECURECONVERSATION_REQUIRE_PEERS") != "1")
        {
            RecordedLog.Current.ExpectNothing();
            Assert.Skip("redis-server is not installed");
        }

        var server = new RedisServer(settings);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo("redis-server",
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", .. _settings,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Nobody reads it, and it must not fill its pipe.
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                break;
            }
            catch (SocketException) when (deadline.Elapsed < TimeSpan.FromSeconds(30))
            {
                Assert.False(_process.HasExited, "redis-server does not start");
                await Task.Delay(20);
            }
        }

        _raw ??= await ConnectAsync();
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Connections stay, and nothing is answered.</summary>
    public void Suspend() => Assert.Equal(0, Kill(_process!.Id, Stop));

    public void Resume() => Assert.Equal(0, Kill(_process!.Id, Continue));

    /// <summary>How often a command was carried out, for calls in scripts too.</summary>
    public async Task<long> CountAsync(string command)
    {
        var line = (await RawServer.InfoRawAsync("commandstats"))!.Split('\n').FirstOrDefault(l => l.StartsWith($"cmdstat_{command}:calls=", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split('=', ',')[1], CultureInfo.InvariantCulture);
    }

    public async Task<IReadOnlyList<string>> KeysAsync(string pattern)
    {
        var keys = new List<string>();
        await foreach (var key in RawServer.KeysAsync(pattern: pattern))
        {
            keys.Add(key.ToString());
        }

        return keys;
    }

    public async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = ConfigurationOptions.Parse(Configuration);
        (options.AbortOnConnectFail, options.AllowAdmin) = (false, true);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_raw is not null)
        {
            await _raw.DisposeAsync();
        }

        if (_process is not null)
        {
            await StopAsync();
        }

        _folder.Delete(recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
