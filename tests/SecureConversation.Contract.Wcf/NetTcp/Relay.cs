using System.Net;
using System.Net.Sockets;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>Somebody on the way: passes connections on, keeps what clients sent, and cuts connections.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _connections = [];
    private readonly Lock _gate = new();
    private readonly int _port;
    private readonly Task _accepting;

    public Relay(Uri service)
    {
        _port = service.Port;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>What clients sent, a stream for each connection.</summary>
    public List<MemoryStream> Sent { get; } = [];

    /// <summary>What the service answered, a stream for each connection.</summary>
    public List<MemoryStream> Answered { get; } = [];

    /// <summary>Whether text passed in that direction as it is.</summary>
    public bool Passed(List<MemoryStream> streams, string text)
    {
        lock (_gate)
        {
            return streams.Exists(stream => stream.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);
        }
    }

    public void Cut()
    {
        lock (_gate)
        {
            _connections.ForEach(connection => connection.Client.Close(0));
            _connections.Clear();
        }
    }

    /// <summary>Sends octets over a connection of its own; completes when the service closes it, or after that time.</summary>
    public static async Task<bool> IsClosedAsync(Uri service, ReadOnlyMemory<byte> octets, TimeSpan patience)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, service.Port);
        using var late = new CancellationTokenSource(patience);
        try
        {
            await connection.GetStream().WriteAsync(octets);
            var buffer = new byte[4096];
            while (await connection.GetStream().ReadAsync(buffer, late.Token) > 0)
            {
            }

            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The beginning of a session of the transport ([MC-NMF]): version, mode, via, binary with dictionary, end.</summary>
    public static byte[] Preamble(Uri address)
    {
        var via = System.Text.Encoding.UTF8.GetBytes(address.OriginalString);
        return [0, 1, 0, 1, 2, 2, (byte)via.Length, .. via, 3, 8, 12];
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                var service = new TcpClient { NoDelay = true };
                await service.ConnectAsync(IPAddress.Loopback, _port);
                var (sent, answered) = (new MemoryStream(), new MemoryStream());
                lock (_gate)
                {
                    _connections.AddRange([client, service]);
                    Sent.Add(sent);
                    Answered.Add(answered);
                }

                _ = PassAsync(client, service, sent);
                _ = PassAsync(service, client, answered);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, MemoryStream kept)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                lock (_gate)
                {
                    kept.Write(buffer, 0, count);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The other side learns that, as it would without somebody in between.
            Reset(from);
            Reset(to);
        }
    }

    private static void Reset(TcpClient connection)
    {
        if (connection.Client is { } socket)
        {
            socket.Close(0);
        }
    }
}
