using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureConversation.Benchmarks.Flood;

/// <summary>
/// Sends requests that were made before over raw sockets, in a process of its own, from an address of its own. Each connection sends the next
/// request when the last one was answered.
/// </summary>
internal static class Flooder
{
    private static long _sent;
    private static int _next;

    /// <summary>Waits for a line, floods until its input ends, and writes how many requests were answered.</summary>
    /// <param name="file">The requests, each after its length.</param>
    /// <param name="port">The port of the service.</param>
    /// <param name="connections">How many connections send at once.</param>
    public static async Task<int> RunAsync(string file, int port, int connections)
    {
        var requests = FloodMessages.Read(file);
        await Console.In.ReadLineAsync();
        using var stop = new CancellationTokenSource();
        var running = Enumerable.Range(0, connections).Select(_ => SendAsync(requests, port, stop.Token)).ToArray();
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await Task.WhenAll(running);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_sent} {Environment.CpuUsage.TotalTime.TotalSeconds}"));
        return 0;
    }

    private static async Task SendAsync(byte[][] requests, int port, CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                // Linux has the whole network 127.0.0.0/8 on the loopback interface. Elsewhere client and flooder share an address.
                if (OperatingSystem.IsLinux())
                {
                    socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                }

                await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                while (true)
                {
                    var index = (int)((uint)Interlocked.Increment(ref _next) % (uint)requests.Length);
                    await socket.SendAsync(requests[index], stop);
                    if (!await ReadReplyAsync(socket, buffer, stop))
                    {
                        break;
                    }

                    Interlocked.Increment(ref _sent);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The service closed the connection, or the measure is over.
            }
        }
    }

    /// <summary>Reads one reply; false when the connection ends with it.</summary>
    private static async Task<bool> ReadReplyAsync(Socket socket, byte[] buffer, CancellationToken stop)
    {
        var read = 0;
        var end = -1;
        while (end < 0)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(read), stop);
            if (count == 0)
            {
                return false;
            }

            read += count;
            end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        }

        var header = Encoding.ASCII.GetString(buffer, 0, end);
        var name = header.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        var left = name < 0 ? 0 : int.Parse(header.AsSpan(name + 15).ToString().Split('\r')[0], CultureInfo.InvariantCulture);
        left -= read - end - 4;
        while (left > 0)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), stop);
            if (count == 0)
            {
                return false;
            }

            left -= count;
        }

        return !header.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
    }
}
