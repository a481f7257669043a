using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Farm;

/// <summary>A redis-server on a free port that keeps what it is given over a restart, as that of a farm should.</summary>
internal sealed class RedisServer(DirectoryInfo folder, int port) : IDisposable
{
    private Process? _process;

    public string Configuration => $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    public static async Task<RedisServer> StartAsync(DirectoryInfo folder)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var server = new RedisServer(folder, ((IPEndPoint)free.LocalEndpoint).Port);
        free.Stop();
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-server",
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder.FullName,
                "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
            ])
            { RedirectStandardOutput = true })!;
        }
        catch (Win32Exception e)
        {
            throw new UnexpectedException("There is no redis-server on the PATH. On Debian: apt-get install redis-server", e);
        }

        _process.BeginOutputReadLine();
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempts < 500 && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        Dispose();
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.Dispose();
            _process = null;
        }
    }
}
